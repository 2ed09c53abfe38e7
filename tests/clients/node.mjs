// id, version, config, bootstrap, repo, stats, swarm and the rest of the node itself.
import { all, outcomes } from './shown.mjs'

const PEER = 'QmaCpDMGvV2BGHeYERUEnRQAwe3N8SzbUtfsmvsqQLuvuJ'
const REACHED = `/ip4/127.0.0.1/tcp/1/p2p/${PEER}`
const KEYS = ['Addresses', 'Bootstrap', 'Datastore', 'Discovery', 'Gateway', 'Identity']
const kinds = (object) => Object.fromEntries(Object.entries(object).map(([key, value]) =>
  [key, typeof value]).sort())

export const node = {
  id: async (ipfs) => {
    const told = await ipfs.id()
    return { ...told, agentVersion: typeof told.agentVersion, publicKey: typeof told.publicKey }
  },
  'id of another': (ipfs) => outcomes({ other: () => ipfs.id({ peerId: PEER }) }),
  version: async (ipfs) => kinds(await ipfs.version()),
  'version.repo': async (ipfs) => (await ipfs.version()).repo,
  isOnline: (ipfs) => ipfs.isOnline(),
  getEndpointConfig: async (ipfs) => Object.keys(ipfs.getEndpointConfig()).sort(),
  commands: async (ipfs) => (await ipfs.commands()).Name,
  'config.get': (ipfs) => outcomes({
    one: () => ipfs.config.get('Addresses.Gateway'), group: () => ipfs.config.get('Gateway'),
    none: () => ipfs.config.get('Nonsense.Key'), secret: () => ipfs.config.get('Identity.PrivKey'),
    identity: () => ipfs.config.get('Identity')
  }),
  'config.getAll': async (ipfs) => {
    const config = await ipfs.config.getAll()
    return { keys: KEYS.filter(key => key in config), secret: config.Identity.PrivKey }
  },
  'config.set': (ipfs) => outcomes({
    text: () => ipfs.config.set('Own.Text', 'value'), text2: () => ipfs.config.get('Own.Text'),
    number: () => ipfs.config.set('Own.Number', 7), number2: () => ipfs.config.get('Own.Number'),
    bool: () => ipfs.config.set('Own.Bool', true), bool2: () => ipfs.config.get('Own.Bool'),
    object: () => ipfs.config.set('Own.Object', { a: [1, 'x'] }),
    object2: () => ipfs.config.get('Own.Object'), type: () => ipfs.config.set('Bootstrap', 'x'),
    empty: () => ipfs.config.set('', 'x'), secret: () => ipfs.config.set('Identity.PrivKey', 'x')
  }),
  'config.replace': async (ipfs) => {
    const config = await ipfs.config.getAll()
    return outcomes({
      same: () => ipfs.config.replace(config), own: () => ipfs.config.get('Own.Text'),
      nonsense: () => ipfs.config.replace('nonsense')
    })
  },
  'config.profiles': (ipfs) => outcomes({
    list: async () => (await ipfs.config.profiles.list()).map(each => each.name),
    dry: async () => Object.keys(await ipfs.config.profiles.apply('lowpower', { dryRun: true })),
    apply: async () => {
      const { original, updated } = await ipfs.config.profiles.apply('lowpower')
      return [original.Swarm.ConnMgr, updated.Swarm.ConnMgr, original.Identity,
        updated.Identity.PrivKey]
    },
    nonsense: () => ipfs.config.profiles.apply('nonsense')
  }),
  bootstrap: (ipfs, { multiaddr }) => outcomes({
    list: () => ipfs.bootstrap.list(), add: () => ipfs.bootstrap.add(multiaddr(REACHED)),
    again: () => ipfs.bootstrap.add(multiaddr(REACHED)), listed: () => ipfs.bootstrap.list(),
    rm: () => ipfs.bootstrap.rm(multiaddr(REACHED)), reset: () => ipfs.bootstrap.reset(),
    clear: () => ipfs.bootstrap.clear(), end: () => ipfs.bootstrap.list()
  }),
  'repo.version': (ipfs) => ipfs.repo.version(),
  'repo.stat': async (ipfs) => {
    const told = await ipfs.repo.stat()
    return { ...told, numObjects: typeof told.numObjects, repoSize: typeof told.repoSize,
      repoPath: typeof told.repoPath,
      storageMax: `${told.storageMax}` }
  },
  'repo.gc': async (ipfs) => {
    const { cid } = await ipfs.add('to be collected', { pin: false })
    const removed = (await all(ipfs.repo.gc())).map(each => `${each.cid}`)
    return { collected: removed.some(each => each.includes(`${cid}`.slice(-20)) || each !== ''),
      left: (await all(ipfs.refs.local())).map(each => each.ref).sort() }
  },
  stats: (ipfs) => outcomes({
    bw: () => all(ipfs.stats.bw()), bitswap: () => ipfs.stats.bitswap(),
    repo: async () => kinds(await ipfs.stats.repo())
  }),
  bitswap: (ipfs) => outcomes({
    stat: () => ipfs.bitswap.stat(), wantlist: () => ipfs.bitswap.wantlist(),
    peer: () => ipfs.bitswap.wantlistForPeer(PEER)
  }),
  swarm: (ipfs, { multiaddr }) => outcomes({
    peers: () => ipfs.swarm.peers(), addrs: () => ipfs.swarm.addrs(),
    local: () => ipfs.swarm.localAddrs(), connect: () => ipfs.swarm.connect(multiaddr(REACHED)),
    disconnect: () => ipfs.swarm.disconnect(multiaddr(REACHED)),
    verbose: () => ipfs.swarm.peers({ direction: true, latency: true, verbose: true })
  }),
  ping: (ipfs) => outcomes({ other: () => all(ipfs.ping(PEER)),
    nonsense: () => all(ipfs.ping('x')) }),
  pubsub: (ipfs) => outcomes({
    ls: () => ipfs.pubsub.ls(), peers: () => ipfs.pubsub.peers('topic'),
    publish: () => ipfs.pubsub.publish('topic', Buffer.from('x'))
  }),
  provide: (ipfs) => outcomes({ stat: () => ipfs.provide.stat() }),
  log: (ipfs) => outcomes({
    level: () => ipfs.log.level('all', 'error'), nonsense: () => ipfs.log.level('all', 'nonsense'),
    ls: async () => Array.isArray(await ipfs.log.ls())
  }),
  diag: (ipfs) => outcomes({
    cmds: async () => Array.isArray(await ipfs.diag.cmds()),
    net: () => ipfs.diag.net(), sys: async () => kinds(await ipfs.diag.sys())
  }),
  mount: (ipfs) => outcomes({ mount: () => ipfs.mount() }),
  dns: (ipfs) => outcomes({ none: () => ipfs.dns('nothing.invalid') })
}
