// pin, and the remote services that nothing answers for.
import { all, outcomes } from './shown.mjs'

const GONE = 'QmQPeNsJPyVWPFDVHb77w8G42Fvo15z4bG2X8D2GhfbSXc'
const NOWHERE = 'http://127.0.0.1:1/'

async function told (source) {
  const rows = (await all(source)).map(each => JSON.stringify({ ...each, cid: `${each.cid}` }))
  return rows.sort()
}

export const pins = {
  'pin.ls': async (ipfs) => ({ all: await told(ipfs.pin.ls()),
    recursive: await told(ipfs.pin.ls({ type: 'recursive' })),
    direct: await told(ipfs.pin.ls({ type: 'direct' })) }),
  'pin.add and rm': async (ipfs) => {
    const [one, two] = [await ipfs.add('pin one', { pin: false }), await ipfs.add('pin two')]
    return [await ipfs.pin.add(one.cid), await ipfs.pin.add(two.cid, { recursive: false }),
      await all(ipfs.pin.ls({ paths: one.cid })), await ipfs.pin.rm(one.cid),
      await ipfs.pin.rm(two.cid), (await outcomes({ again: () => ipfs.pin.rm(two.cid) })).again,
      (await outcomes({ ls: () => all(ipfs.pin.ls({ paths: one.cid })) })).ls]
  },
  'pin.addAll and rmAll': async (ipfs) => {
    const cids = []
    for (const text of ['a1', 'a2', 'a3']) cids.push((await ipfs.add(text, { pin: false })).cid)
    const options = cids.map(cid => ({ cid, recursive: true }))
    return [await all(ipfs.pin.addAll(options)), await all(ipfs.pin.ls({ paths: cids })),
      await all(ipfs.pin.rmAll(cids))]
  },
  'pin names': async (ipfs) => {
    const { cid } = await ipfs.add('named', { pin: false })
    return [await ipfs.pin.add(cid, { name: 'a name' }),
      await all(ipfs.pin.ls({ paths: cid, names: true })),
      await told(ipfs.pin.ls({ name: 'a name' })),
      await told(ipfs.pin.ls({ type: 'recursive', name: 'no such name' }))]
  },
  'pin of a direct and an indirect block': async (ipfs) => {
    const added = await all(ipfs.addAll([{ path: 'd/a', content: 'indirect' }]))
    return outcomes({
      indirect: () => ipfs.pin.rm(added[0].cid),
      direct: () => ipfs.pin.rm(added[1].cid, { recursive: false }),
      overRecursive: () => ipfs.pin.add(added[1].cid, { recursive: false }),
      ls: () => all(ipfs.pin.ls({ paths: added.map(each => each.cid) })),
      type: () => all(ipfs.pin.ls({ paths: added[0].cid, type: 'recursive' }))
    })
  },
  'pin.update': async (ipfs) => {
    if (!ipfs.pin.update) return 'not in this client'
    const [one, two] = [await ipfs.add('from'), await ipfs.add('to', { pin: false })]
    return outcomes({
      update: () => ipfs.pin.update(one.cid, two.cid),
      keep: () => ipfs.pin.update(two.cid, one.cid, { unpin: false }),
      gone: () => ipfs.pin.update(GONE, one.cid)
    })
  },
  'pin refuses': (ipfs, { CID }) => outcomes({
    add: () => ipfs.pin.add(CID.parse(GONE)), rm: () => ipfs.pin.rm(CID.parse(GONE)),
    ls: () => all(ipfs.pin.ls({ paths: CID.parse(GONE) })),
    type: () => all(ipfs.pin.ls({ type: 'nonsense' })),
    nonsense: () => ipfs.pin.add('nonsense')
  }),
  'pin.remote.service': async (ipfs) => outcomes({
    none: () => ipfs.pin.remote.service.ls(),
    add: () => ipfs.pin.remote.service.add('own', { endpoint: new URL(NOWHERE), key: 'secret' }),
    again: () => ipfs.pin.remote.service.add('own', { endpoint: new URL(NOWHERE), key: 'secret' }),
    ls: () => ipfs.pin.remote.service.ls(),
    stat: () => ipfs.pin.remote.service.ls({ stat: true }),
    endpoint: () => ipfs.pin.remote.service.add('bad', { endpoint: 'nonsense', key: 'k' })
  }),
  'pin.remote': async (ipfs, { CID }) => {
    const cid = CID.parse(GONE)
    return outcomes({
      add: () => ipfs.pin.remote.add(cid, { service: 'own', name: 'n' }),
      ls: () => all(ipfs.pin.remote.ls({ service: 'own' })),
      filtered: () => all(ipfs.pin.remote.ls({ service: 'own', cid: [cid], status: ['queued'] })),
      rm: () => ipfs.pin.remote.rm({ service: 'own', cid: [cid] }),
      rmAll: () => ipfs.pin.remote.rmAll({ service: 'own' }),
      unknown: () => ipfs.pin.remote.add(cid, { service: 'none' }),
      unknownLs: () => all(ipfs.pin.remote.ls({ service: 'none' })),
      without: () => all(ipfs.pin.remote.ls({})),
      serviceRm: () => ipfs.pin.remote.service.rm('own'),
      serviceRmAgain: () => ipfs.pin.remote.service.rm('own')
    })
  }
}
