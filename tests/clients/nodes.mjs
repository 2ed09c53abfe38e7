// block, dag, object.
import { all, joined, noise, outcomes } from './shown.mjs'

const GONE = 'QmQPeNsJPyVWPFDVHb77w8G42Fvo15z4bG2X8D2GhfbSXc'
const EMPTY = 'QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn'

export const nodes = {
  'block.put': async (ipfs) => {
    const made = {}
    for (const options of [{}, { format: 'raw' }, { format: 'v0' }, { format: 'dag-cbor' },
      { mhtype: 'sha2-512' }, { mhtype: 'sha3-256', format: 'raw' }, { version: 0,
        format: 'dag-pb' },
      { pin: true }, { mhtype: 'identity', format: 'raw' }]) {
      made[JSON.stringify(options)] = (await outcomes({
        put: () => ipfs.block.put(Buffer.from('\x0a\x02\x08\x01'), options) })).put
    }
    return made
  },
  'block.get and stat': async (ipfs) => {
    const cid = await ipfs.block.put(noise(1000))
    return [await ipfs.block.get(cid), await ipfs.block.stat(cid)]
  },
  'block.put refuses': (ipfs) => outcomes({
    large: () => ipfs.block.put(noise(3 << 20)),
    format: () => ipfs.block.put(Buffer.from('x'), { format: 'nonsense' }),
    hash: () => ipfs.block.put(Buffer.from('x'), { mhtype: 'nonsense' })
  }),
  'block.rm': async (ipfs, { CID }) => {
    const [one, two] = [await ipfs.block.put(noise(10, 2)), await ipfs.block.put(noise(10, 3))]
    const pinned = await ipfs.block.put(noise(10, 4), { pin: true })
    return [await all(ipfs.block.rm(one)), await all(ipfs.block.rm([two, pinned])),
      await all(ipfs.block.rm(one)), await all(ipfs.block.rm(one, { force: true })),
      await all(ipfs.block.rm(two, { quiet: true })), await all(ipfs.block.rm(CID.parse(EMPTY)))]
  },
  'block refuses': (ipfs, { CID }) => outcomes({
    get: () => ipfs.block.get(CID.parse(GONE)), stat: () => ipfs.block.stat(CID.parse(GONE)),
    nonsense: () => ipfs.block.get('nonsense')
  }),
  'dag.put': async (ipfs, { CID }) => {
    const value = { a: 1, b: [1, 2.5, 'three', null, true], bytes: Buffer.from('raw'),
      link: CID.parse(EMPTY), deep: { '<&>': -7 } }
    const made = {}
    for (const options of [{}, { storeCodec: 'dag-cbor' }, { storeCodec: 'dag-json' },
      { storeCodec: 'dag-json', inputCodec: 'dag-json' }, { hashAlg: 'sha2-512' }, { pin: true },
      { format: 'dag-json' }, { inputCodec: 'dag-cbor', storeCodec: 'dag-json' },
      { storeCodec: 'raw' }]) {
      made[JSON.stringify(options)] = (await outcomes({ put: () => ipfs.dag.put(value,
        options) })).put
    }
    return made
  },
  'dag.get': async (ipfs, { CID, notes }) => {
    notes.node = await ipfs.dag.put({ a: [1, { b: CID.parse(EMPTY) }], bytes: Buffer.from('raw') })
    const pb = await ipfs.add('hello\n', { rawLeaves: false })
    return [await ipfs.dag.get(notes.node), await ipfs.dag.get(notes.node, { path: '/a/0' }),
      await ipfs.dag.get(notes.node, { path: 'a/1/b' }), await ipfs.dag.get(pb.cid),
      await ipfs.dag.get(notes.node, { path: '/a/1/b', localResolve: true })]
  },
  'dag.get refuses': (ipfs, { CID, notes }) => outcomes({
    below: () => ipfs.dag.get(notes.node, { path: '/none' }),
    gone: () => ipfs.dag.get(CID.parse(GONE))
  }),
  'dag.resolve': async (ipfs, { notes }) => [await ipfs.dag.resolve(notes.node),
    await ipfs.dag.resolve(notes.node, { path: '/a/1' }),
    await ipfs.dag.resolve(notes.node, { path: '/a/1/b' }),
    await ipfs.dag.resolve(`/ipfs/${notes.node}/bytes`)],
  'dag.resolve refuses': (ipfs, { notes, CID }) => outcomes({
    below: () => ipfs.dag.resolve(notes.node, { path: '/none' }),
    gone: () => ipfs.dag.resolve(CID.parse(GONE), { path: 'x' })
  }),
  'dag.export and import': async (ipfs) => {
    const { cid } = await ipfs.add(noise(900_000, 5))
    const car = await joined(ipfs.dag.export(cid))
    const roots = []
    for (const options of [{}, { pinRoots: false }]) {
      roots.push(await all(ipfs.dag.import((async function * () { yield car })(), options)))
    }
    return { car, roots, both: await all(ipfs.dag.import([[car], [car]])) }
  },
  'dag.import refuses': (ipfs) => outcomes({
    nonsense: () => all(ipfs.dag.import([[Buffer.from('no car')]])),
    empty: () => all(ipfs.dag.import([[Buffer.from('')]]))
  }),
  'dag.export refuses': (ipfs, { CID }) => outcomes({
    gone: () => joined(ipfs.dag.export(CID.parse(GONE)))
  }),
  'object.new': (ipfs) => outcomes({
    plain: () => ipfs.object.new(), folder: () => ipfs.object.new({ template: 'unixfs-dir' }),
    nonsense: () => ipfs.object.new({ template: 'nonsense' })
  }),
  'object as it was': (ipfs, { CID }) => outcomes({
    get: () => ipfs.object.get(CID.parse(EMPTY)), data: () => ipfs.object.data(CID.parse(EMPTY)),
    links: () => ipfs.object.links(CID.parse(EMPTY)),
      stat: () => ipfs.object.stat(CID.parse(EMPTY)),
    put: () => ipfs.object.put({ Data: Buffer.from('x'), Links: [] })
  }),
  'object.patch': async (ipfs, { CID }) => {
    const file = (await ipfs.add('leaf')).cid
    const link = { Name: 'leaf', name: 'leaf', Hash: file, cid: file, Tsize: 12 }
    return outcomes({
      add: () => ipfs.object.patch.addLink(CID.parse(EMPTY), link),
      remove: async () => ipfs.object.patch.rmLink(
        await ipfs.object.patch.addLink(CID.parse(EMPTY), link), 'leaf'),
      none: () => ipfs.object.patch.rmLink(CID.parse(EMPTY), 'none'),
      append: () => ipfs.object.patch.appendData(CID.parse(EMPTY), Buffer.from('x')),
      set: () => ipfs.object.patch.setData(CID.parse(EMPTY), Buffer.from('x'))
    })
  }
}
