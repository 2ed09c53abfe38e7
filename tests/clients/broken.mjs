// Calls that are broken off by a signal or run out of time, and that the daemon lives on after.
import { all, joined, outcomes, pieces } from './shown.mjs'

const GONE = 'QmQPeNsJPyVWPFDVHb77w8G42Fvo15z4bG2X8D2GhfbSXc'
// Which of its own errors a client tells depends on what it was at.
const ends = async (call) => {
  try {
    await call()
    return 'came to its end'
  } catch (error) {
    return 'was broken off'
  }
}

async function * endless (signal) {
  for await (const piece of pieces(100_000)) {
    if (signal.aborted) return
    yield piece
    await new Promise(resolve => setTimeout(resolve, 5))
  }
}

export const broken = {
  'add broken off': async (ipfs) => {
    const control = new AbortController()
    setTimeout(() => control.abort(), 100)
    return ends(() => ipfs.add(endless(control.signal), { signal: control.signal }))
  },
  'cat broken off': async (ipfs) => {
    const { cid } = await ipfs.add(pieces(8), { cidVersion: 1 })
    const control = new AbortController()
    return ends(async () => {
      for await (const piece of ipfs.cat(cid, { signal: control.signal })) {
        if (piece.length > 0) control.abort()
      }
    })
  },
  'cat left early': async (ipfs) => {
    const { cid } = await ipfs.add(pieces(8), { cidVersion: 1 })
    for await (const piece of ipfs.cat(cid)) {
      if (piece.length > 0) break
    }
    return (await joined(ipfs.cat(cid))).length
  },
  'files.write broken off': async (ipfs) => {
    const control = new AbortController()
    setTimeout(() => control.abort(), 100)
    return ends(() => ipfs.files.write('/broken', endless(control.signal),
      { create: true, signal: control.signal }))
  },
  'a signal that has fired': (ipfs) => ends(() => ipfs.id({ signal: AbortSignal.abort() })),
  'a time that is none': (ipfs) => outcomes({ cat: () => joined(ipfs.cat(GONE,
    { timeout: 'nonsense' })) }),
  'the daemon lives on': async (ipfs) => [await ipfs.add('still here'),
    (await all(ipfs.pin.ls({ type: 'direct' }))).length],
  'a daemon that is not there': async (ipfs, { create }) => {
    const none = create({ url: 'http://127.0.0.1:1' })
    return outcomes({ id: () => none.id(), online: () => none.isOnline() })
  }
}
