// key, name, routing and dht.
import { all, outcomes } from './shown.mjs'

const EMPTY = 'QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn'
const PEER = 'QmaCpDMGvV2BGHeYERUEnRQAwe3N8SzbUtfsmvsqQLuvuJ'
// The key of RFC 8410, section 10.3.
const PEM = '-----BEGIN PRIVATE KEY-----\n' +
  'MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n' +
  '-----END PRIVATE KEY-----\n'
// Ids of fresh keys differ; their forms and lengths do not.
const form = (key) => ({ ...key, id: key.id?.replace(/[A-Za-z0-9]{20,}$/, '...'),
  size: key.id?.length })

export const names = {
  'key.gen': (ipfs) => outcomes({
    plain: async () => form(await ipfs.key.gen('plain')),
    again: () => ipfs.key.gen('plain'),
    ed25519: async () => form(await ipfs.key.gen('ed', { type: 'ed25519' })),
    rsa: async () => form(await ipfs.key.gen('rsa', { type: 'rsa', size: 2048 })),
    small: () => ipfs.key.gen('small', { type: 'rsa', size: 512 }),
    type: () => ipfs.key.gen('other', { type: 'nonsense' }),
    self: () => ipfs.key.gen('self'), base: async () => form(await ipfs.key.gen('b',
      { 'ipns-base': 'b58mh' }))
  }),
  'key.list': async (ipfs) => (await ipfs.key.list()).map(form),
  'key.import': (ipfs) => outcomes({
    pem: () => ipfs.key.import('known', PEM, ''), nonsense: () => ipfs.key.import('bad',
      'no pem', '')
  }),
  'key.export and info': (ipfs) => outcomes({
    export: () => ipfs.key.export('plain', 'password'), info: () => ipfs.key.info('plain')
  }),
  'key.rename': (ipfs) => outcomes({
    plain: async () => form(await ipfs.key.rename('plain', 'fancy')),
    none: () => ipfs.key.rename('plain', 'x'), taken: () => ipfs.key.rename('fancy', 'ed'),
    force: async () => form(await ipfs.key.rename('fancy', 'ed', { force: true })),
    self: () => ipfs.key.rename('self', 'x'), toSelf: () => ipfs.key.rename('ed', 'self')
  }),
  'key.rm': (ipfs) => outcomes({
    plain: async () => form(await ipfs.key.rm('ed')), again: () => ipfs.key.rm('ed'),
    self: () => ipfs.key.rm('self'), left: async () => (await ipfs.key.list()).map(form)
  }),
  'name.publish': async (ipfs) => {
    const options = { allowOffline: true, resolve: false }
    const own = (await ipfs.key.list()).find(key => key.name === 'self').id
    const of = (made) => ({ ...made, name: made.name === own })
    return outcomes({
      self: async () => of(await ipfs.name.publish(`/ipfs/${EMPTY}`, options)),
      cid: async () => of(await ipfs.name.publish(EMPTY, { ...options, lifetime: '1h',
        ttl: '10s' })),
      key: async () => {
        const { id } = await ipfs.key.gen('publisher')
        const made = await ipfs.name.publish(`/ipfs/${EMPTY}`, { ...options, key: 'publisher' })
        return { same: made.name === id, value: made.value }
      },
      below: () => ipfs.name.publish(`/ipfs/${EMPTY}/none`, { allowOffline: true }),
      offline: () => ipfs.name.publish(`/ipfs/${EMPTY}`, { resolve: false }),
      unknown: () => ipfs.name.publish(`/ipfs/${EMPTY}`, { ...options, key: 'none' }),
      nonsense: () => ipfs.name.publish('nonsense', options),
      lifetime: () => ipfs.name.publish(`/ipfs/${EMPTY}`, { ...options, lifetime: 'nonsense' })
    })
  },
  'name.resolve': async (ipfs) => {
    const { id } = await ipfs.id()
    return outcomes({
      self: () => all(ipfs.name.resolve(`${id}`)),
      path: () => all(ipfs.name.resolve(`/ipns/${id}`, { recursive: true })),
      nocache: () => all(ipfs.name.resolve(`/ipns/${id}`, { nocache: true })),
      nonsense: () => all(ipfs.name.resolve('nonsense')),
      unknown: () => all(ipfs.name.resolve(`/ipns/${PEER}`)),
      through: () => ipfs.resolve(`/ipns/${id}`), ls: () => all(ipfs.ls(`/ipns/${id}`))
    })
  },
  'name.pubsub': (ipfs) => outcomes({
    state: () => ipfs.name.pubsub.state(), subs: () => ipfs.name.pubsub.subs(),
    cancel: () => ipfs.name.pubsub.cancel(PEER)
  }),
  routing: async (ipfs, { CID }) => {
    const routing = ipfs.routing ?? ipfs.dht
    const { id } = await ipfs.id()
    return outcomes({
      provide: () => all(routing.provide(CID.parse(EMPTY))),
      findPeer: () => all(routing.findPeer(PEER)),
      findProvs: () => all(routing.findProvs(CID.parse(EMPTY))),
      get: async () => (await all(routing.get(`/ipns/${id}`))).map(each => each.name),
      getNone: () => all(routing.get(`/ipns/${PEER}`)),
      getNonsense: () => all(routing.get('nonsense')),
      put: () => all(routing.put(`/ipns/${PEER}`, Buffer.from('no record'))),
      query: () => all(ipfs.dht.query(PEER))
    })
  }
}
