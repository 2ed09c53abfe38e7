// add, cat, get, ls, refs, resolve.
import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { all, digest, joined, noise, outcomes, pieces } from './shown.mjs'

const GONE = 'QmQPeNsJPyVWPFDVHb77w8G42Fvo15z4bG2X8D2GhfbSXc'
const EMPTY = 'QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn'
const STREAM_MIB = 50
const HERE = fileURLToPath(new URL('.', import.meta.url))

const tree = () => [
  { path: 'tree/a.txt', content: 'one\n' },
  { path: 'tree/b c', content: noise(300_000) },
  { path: 'tree/sub/deep/none', content: '' },
  { path: 'tree/sub/ü&"<', content: Buffer.from('odd') },
  { path: 'tree/empty' }
]

async function of (source) {
  const entries = await all(source)
  return entries.sort((a, b) => a.path < b.path ? -1 : 1)
}

// The names, kinds, sizes, modes, moments and contents of a tar archive.
function listed (archive) {
  const entries = []
  for (let at = 0; at + 512 <= archive.length && archive[at] !== 0;) {
    const field = (from, to) => archive.subarray(at + from, at + to).toString('latin1')
      .replace(/\0.*$/s, '')
    const size = parseInt(field(124, 136), 8)
    const kind = field(156, 157)
    const body = archive.subarray(at + 512, at + 512 + size)
    // The moment of an archive's making is in no node.
    const own = kind !== 'x' && kind !== 'g'
    entries.push({ name: field(0, 100), kind, size: own ? size : 0, mode: field(100, 108),
      link: field(157, 257), body: own ? digest(body) : '' })
    at += 512 + Math.ceil(size / 512) * 512
  }
  return entries
}

export const content = {
  'add of a string': (ipfs) => ipfs.add('hello\n'),
  'add of bytes': (ipfs) => ipfs.add(Uint8Array.from([0, 1, 2, 255])),
  'add of nothing': (ipfs) => ipfs.add(''),
  'add of an object with a path': (ipfs) => ipfs.add({ path: 'x/y.txt', content: 'y' }),
  'add of an iterable': (ipfs) => ipfs.add((async function * () {
    yield Buffer.from('one '); yield Buffer.from('two')
  })()),
  'add of a large stream': (ipfs) => ipfs.add(pieces(STREAM_MIB)),
  'add of a large stream with raw leaves': async (ipfs, world) => {
    const added = await ipfs.add(pieces(STREAM_MIB), { cidVersion: 1, chunker: 'size-1048576' })
    world.notes.large = added.cid
    return added
  },
  'add with progress': async (ipfs) => {
    const seen = []
    const added = await ipfs.add({ path: 'p', content: noise(600_000) },
      { progress: (bytes, path) => seen.push([bytes, path]) })
    return { added, seen }
  },
  'add of many with progress': async (ipfs) => {
    const last = {}
    const added = await of(ipfs.addAll(tree(), { progress: (bytes,
      path) => { last[path] = bytes } }))
    return { added, last }
  },
  'addAll of a folder': (ipfs) => of(ipfs.addAll(tree())),
  'addAll with a directory around': (ipfs) =>
    of(ipfs.addAll(tree(), { wrapWithDirectory: true })),
  'addAll of files without a folder': (ipfs) =>
    of(ipfs.addAll([{ content: 'a' }, { path: 'b', content: 'b' }])),
  'addAll of a hundred files': (ipfs) => of(ipfs.addAll((async function * () {
    for (let number = 0; number < 100; number++) {
      yield { path: `many/${number}`, content: `file ${number}` }
    }
  })())),
  'addAll of a folder of the disk': (ipfs, { globSource }) =>
    of(ipfs.addAll(globSource(HERE, '*.mjs'), { wrapWithDirectory: true, pin: false })),
  'add with a directory around': (ipfs) =>
    ipfs.add({ path: 'w.txt', content: 'wrapped' }, { wrapWithDirectory: true }),
  'add with options': async (ipfs) => {
    const made = {}
    for (const options of [
      { cidVersion: 1 }, { cidVersion: 0, rawLeaves: true }, { cidVersion: 1, rawLeaves: false },
      { rawLeaves: true }, { hashAlg: 'sha2-512', cidVersion: 1 }, { hashAlg: 'blake2b-256' },
      { hashAlg: 'sha3-256', cidVersion: 1 }, { hashAlg: 'blake3', cidVersion: 1 },
      { chunker: 'size-1000' }, { chunker: 'rabin-1000-2000-3000' }, { chunker: 'buzhash' },
      { trickle: true }, { trickle: true, rawLeaves: true }, { onlyHash: true }, { pin: false }
    ]) made[JSON.stringify(options)] = await ipfs.add(noise(700_000), options)
    return made
  },
  'add with mode and mtime': async (ipfs) => [
    await ipfs.add({ path: 'm', content: 'm', mode: 0o640, mtime: { secs: 1700000000, nsecs: 7 } }),
    await ipfs.add({ path: 'm', content: 'm', mode: '0755', mtime: new Date(5000) }),
    await ipfs.add({ path: 'm', content: 'm', mode: 0o4755 })
  ],
  'addAll of folders with modes': (ipfs) => of(ipfs.addAll([
    { path: 'f', mode: 0o1777, mtime: { secs: 9 } }, { path: 'f/a', content: 'a', mode: 0o600 }])),
  'add refuses': (ipfs) => outcomes({
    chunker: () => ipfs.add('x', { chunker: 'nonsense' }),
    hash: () => ipfs.add('x', { hashAlg: 'nonsense' }),
    version: () => ipfs.add('x', { cidVersion: 7 }),
    hashOfVersion0: () => ipfs.add('x', { cidVersion: 0, hashAlg: 'sha2-512' }),
    nothing: () => ipfs.add(undefined),
    many: () => ipfs.add([{ content: 'a' }, { content: 'b' }])
  }),
  cat: async (ipfs) => joined(ipfs.cat((await ipfs.add('hello\n')).cid)),
  'cat of a part': async (ipfs) => {
    const { cid } = await ipfs.add(noise(700_000))
    const parts = []
    for (const options of [{ offset: 3 }, { length: 5 }, { offset: 262_140, length: 10 },
      { offset: 699_999, length: 100 }, { offset: 700_000 }, { length: 0 }]) {
      parts.push(await joined(ipfs.cat(cid, options)))
    }
    return parts
  },
  'cat of a large file': async (ipfs, { notes }) => {
    const hash = createHash('sha256')
    for await (const piece of ipfs.cat(notes.large)) hash.update(piece)
    return hash.digest('hex')
  },
  'cat below a folder': async (ipfs) => {
    const added = await of(ipfs.addAll(tree()))
    const root = added.find(each => each.path === 'tree').cid
    return [await joined(ipfs.cat(`${root}/a.txt`)), await joined(ipfs.cat(`/ipfs/${root}/b c`))]
  },
  'cat refuses': (ipfs) => outcomes({
    folder: () => joined(ipfs.cat(EMPTY)),
    nonsense: () => joined(ipfs.cat('nonsense')),
    below: () => joined(ipfs.cat(`${EMPTY}/none`)),
    offset: async () => joined(ipfs.cat((await ipfs.add('hello\n')).cid, { offset: -1 })),
    length: async () => joined(ipfs.cat((await ipfs.add('hello\n')).cid, { length: -1 })),
    gone: () => joined(ipfs.cat(GONE))
  }),
  get: async (ipfs) => listed(await joined(ipfs.get((await ipfs.add('hello\n')).cid))),
  'get of a folder': async (ipfs) => {
    const added = await of(ipfs.addAll(tree()))
    return listed(await joined(ipfs.get(added.find(each => each.path === 'tree').cid)))
  },
  'get of modes': async (ipfs) => listed(await joined(ipfs.get((await ipfs.add(
    { path: 'm', content: 'm', mode: 0o640, mtime: { secs: 1700000000 } })).cid))),
  'get as an archive, packed': async (ipfs) => {
    const { cid } = await ipfs.add('hello\n')
    const packed = await joined(ipfs.get(cid, { compress: true, compressionLevel: 5 }))
    return packed.subarray(0, 2)
  },
  'get refuses': (ipfs) => outcomes({
    gone: () => joined(ipfs.get(GONE)), nonsense: () => joined(ipfs.get('nonsense')),
    level: () => joined(ipfs.get(EMPTY, { compress: true, compressionLevel: 12 }))
  }),
  ls: async (ipfs) => {
    const added = await of(ipfs.addAll(tree()))
    const root = added.find(each => each.path === 'tree').cid
    return { root: await all(ipfs.ls(root)), sub: await all(ipfs.ls(`/ipfs/${root}/sub`)) }
  },
  'ls of a file': async (ipfs) => all(ipfs.ls((await ipfs.add('hello\n')).cid)),
  'ls of modes': async (ipfs) => {
    const added = await of(ipfs.addAll([
      { path: 'f', mode: 0o1777, mtime: { secs: 9 } },
      { path: 'f/a', content: 'a', mode: 0o600, mtime: { secs: 10, nsecs: 11 } }]))
    return all(ipfs.ls(added.find(each => each.path === 'f').cid))
  },
  'ls refuses': (ipfs) => outcomes({
    gone: () => all(ipfs.ls(GONE)), nonsense: () => all(ipfs.ls('nonsense')),
    below: () => all(ipfs.ls(`${EMPTY}/none`))
  }),
  refs: async (ipfs) => {
    const added = await of(ipfs.addAll(tree()))
    const root = added.find(each => each.path === 'tree').cid
    return [await all(ipfs.refs(root)), await all(ipfs.refs(root, { recursive: true })),
      await all(ipfs.refs(root, { format: '<linkname>' })),
      await all(ipfs.refs(root, { recursive: true, unique: true, maxDepth: 2 }))]
  },
  'refs refuses': (ipfs) => outcomes({
    gone: () => all(ipfs.refs(GONE)), nonsense: () => all(ipfs.refs('nonsense'))
  }),
  // Kubo's store has blocks of folders on the way, too.
  'refs.local': async (ipfs, { CID }) => {
    const { cid } = await ipfs.add('a block to be found')
    const listed = (await all(ipfs.refs.local())).map(each => each.ref)
    return listed.includes(`${CID.createV1(0x55, cid.multihash)}`)
  },
  resolve: async (ipfs) => {
    const added = await of(ipfs.addAll(tree()))
    const root = added.find(each => each.path === 'tree').cid
    return [await ipfs.resolve(`/ipfs/${root}/sub/deep`),
      await ipfs.resolve(`/ipfs/${root}`, { cidBase: 'base32' })]
  },
  'resolve refuses': (ipfs) => outcomes({
    below: () => ipfs.resolve(`/ipfs/${EMPTY}/none`), nonsense: () => ipfs.resolve('nonsense'),
    name: () => ipfs.resolve('/ipns/nonsense')
  })
}
