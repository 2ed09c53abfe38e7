// files.*: the mutable file system.
import { createHash } from 'node:crypto'
import { all, joined, noise, outcomes, pieces } from './shown.mjs'

const EMPTY = 'QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn'
const STREAM_MIB = 20

const stats = async (ipfs, ...paths) => {
  const made = {}
  for (const path of paths) made[path] = await ipfs.files.stat(path)
  return made
}

export const files = {
  'files.mkdir': (ipfs) => outcomes({
    plain: () => ipfs.files.mkdir('/a'), again: () => ipfs.files.mkdir('/a'),
    parents: () => ipfs.files.mkdir('/a/b/c', { parents: true }),
    parentsAgain: () => ipfs.files.mkdir('/a/b/c', { parents: true }),
    noParent: () => ipfs.files.mkdir('/x/y'), relative: () => ipfs.files.mkdir('x'),
    version: () => ipfs.files.mkdir('/v1', { cidVersion: 1 }),
    hash: () => ipfs.files.mkdir('/h', { cidVersion: 1, hashAlg: 'sha2-512' }),
    mode: () => ipfs.files.mkdir('/m', { mode: 0o700, mtime: { secs: 5 } }),
    root: () => ipfs.files.mkdir('/')
  }),
  'files.write': (ipfs) => outcomes({
    noCreate: () => ipfs.files.write('/a/f', Buffer.from('x')),
    create: () => ipfs.files.write('/a/f', Buffer.from('hello world'), { create: true }),
    over: () => ipfs.files.write('/a/f', Buffer.from('HELLO')),
    offset: () => ipfs.files.write('/a/f', Buffer.from('x'), { offset: 20 }),
    truncate: () => ipfs.files.write('/a/t', Buffer.from('abc'), { create: true, truncate: true }),
    count: () => ipfs.files.write('/a/n', Buffer.from('abcdef'), { create: true, length: 3 }),
    parents: () => ipfs.files.write('/p/q/r', Buffer.from('r'), { create: true, parents: true }),
    noParent: () => ipfs.files.write('/none/r', Buffer.from('r'), { create: true }),
    folder: () => ipfs.files.write('/a', Buffer.from('x'), { create: true }),
    negative: () => ipfs.files.write('/a/f', Buffer.from('x'), { offset: -1 }),
    raw: () => ipfs.files.write('/a/raw', noise(600_000), { create: true, rawLeaves: true }),
    version: () => ipfs.files.write('/a/v1', noise(600_000), { create: true, cidVersion: 1 }),
    mode: () => ipfs.files.write('/a/mode', Buffer.from('m'),
      { create: true, mode: 0o600, mtime: { secs: 7, nsecs: 8 } }),
    large: () => ipfs.files.write('/a/large', noise(1 << 20), { create: true }),
    // Where Kubo cuts what is larger depends on how it arrives, so its CID says nothing.
    stream: async () => {
      await ipfs.files.write('/stream', pieces(STREAM_MIB), { create: true })
      const hash = createHash('sha256')
      for await (const piece of ipfs.files.read('/stream')) hash.update(piece)
      const { size } = await ipfs.files.stat('/stream')
      await ipfs.files.rm('/stream')
      return [size, hash.digest('hex')]
    },
    string: () => ipfs.files.write('/a/s', 'text', { create: true })
  }),
  'files.stat': async (ipfs) => stats(ipfs, '/', '/a', '/a/b', '/a/f', '/a/n', '/a/raw', '/a/v1',
    '/a/large', '/v1', '/h', '/m', '/a/mode', '/p/q/r', `/ipfs/${EMPTY}`),
  'files.stat with options': async (ipfs) => outcomes({
    hash: () => ipfs.files.stat('/a', { hash: true }),
    size: () => ipfs.files.stat('/a', { size: true }),
    local: () => ipfs.files.stat('/a', { withLocal: true }),
    none: () => ipfs.files.stat('/none'), relative: () => ipfs.files.stat('a')
  }),
  'files.read': async (ipfs) => outcomes({
    whole: () => joined(ipfs.files.read('/a/f')),
    offset: () => joined(ipfs.files.read('/a/f', { offset: 3 })),
    part: () => joined(ipfs.files.read('/a/f', { offset: 3, length: 4 })),
    behind: () => joined(ipfs.files.read('/a/f', { offset: 1000 })),
    negative: () => joined(ipfs.files.read('/a/f', { offset: -1 })),
    large: () => joined(ipfs.files.read('/a/large')),
    folder: () => joined(ipfs.files.read('/a')), none: () => joined(ipfs.files.read('/none')),
    ipfs: () => joined(ipfs.files.read(`/ipfs/${EMPTY}`))
  }),
  'files.ls': async (ipfs) => outcomes({
    root: () => all(ipfs.files.ls('/')), nothing: () => all(ipfs.files.ls()),
    long: () => all(ipfs.files.ls('/a', { long: true })), file: () => all(ipfs.files.ls('/a/f')),
    none: () => all(ipfs.files.ls('/none')), ipfs: () => all(ipfs.files.ls(`/ipfs/${EMPTY}`))
  }),
  'files.cp': async (ipfs) => {
    const { cid } = await ipfs.add('copied')
    return outcomes({
      ipfs: () => ipfs.files.cp(`/ipfs/${cid}`, '/c'),
      again: () => ipfs.files.cp(`/ipfs/${cid}`, '/c'),
      inner: () => ipfs.files.cp('/c', '/a/c'), into: () => ipfs.files.cp('/c', '/a/b/'),
      parents: () => ipfs.files.cp('/c', '/deep/er/c', { parents: true }),
      noParent: () => ipfs.files.cp('/c', '/deeper/c'), none: () => ipfs.files.cp('/none', '/n'),
      folder: () => ipfs.files.cp('/a/b', '/copy'), several: () => ipfs.files.cp(['/c', '/a/f'],
        '/p'),
      stat: () => stats(ipfs, '/', '/copy')
    })
  },
  'files.mv': async (ipfs) => outcomes({
    file: () => ipfs.files.mv('/c', '/moved'), gone: () => ipfs.files.mv('/c', '/moved'),
    into: () => ipfs.files.mv('/moved', '/a/b'), folder: () => ipfs.files.mv('/copy', '/a/copy'),
    // Not a folder into itself: Kubo loses it.
    over: () => ipfs.files.mv('/a/f', '/a/t'),
    stat: () => stats(ipfs, '/', '/a')
  }),
  'files.touch and chmod': async (ipfs) => {
    const client = { touch: async () => 'not in this client', chmod: async () => '', ...ipfs.files }
    return outcomes({
      touch: () => client.touch('/a/t', { mtime: { secs: 11, nsecs: 12 } }),
      touchNew: () => client.touch('/a/none', { mtime: { secs: 11 } }),
      chmod: () => client.chmod('/a/t', 0o640), chmodText: () => client.chmod('/a/t', '0755'),
      chmodNone: () => client.chmod('/none', '0755'), stat: () => ipfs.files.stat('/a/t')
    })
  },
  'files.flush': (ipfs) => outcomes({
    root: () => ipfs.files.flush('/'), file: () => ipfs.files.flush('/a/t'),
    none: () => ipfs.files.flush('/none'),
    unflushed: () => ipfs.files.write('/a/u', Buffer.from('u'), { create: true, flush: false }),
    then: () => ipfs.files.flush('/a/u')
  }),
  'files.rm': async (ipfs) => outcomes({
    file: () => ipfs.files.rm('/a/t'), again: () => ipfs.files.rm('/a/t'),
    folder: () => ipfs.files.rm('/a/b'), recursive: () => ipfs.files.rm('/a', { recursive: true }),
    force: () => ipfs.files.rm('/none', { force: true }), root: () => ipfs.files.rm('/'),
    several: () => ipfs.files.rm(['/v1', '/h'], { recursive: true }),
    left: () => all(ipfs.files.ls('/')), stat: () => ipfs.files.stat('/')
  })
}
