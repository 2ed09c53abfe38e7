// The config that Kubo 0.43.1's `init` writes, field for field in its order, so that a file of ours
// differs from one of Kubo's in the identity alone.
#include <nlohmann/json.hpp>

#include "node/config.h"

namespace kit::node {
namespace {

constexpr std::string_view defaults_text = R"json({
  "Identity": {
    "PeerID": "",
    "PrivKey": ""
  },
  "Datastore": {
    "StorageMax": "10GB",
    "StorageGCWatermark": 90,
    "GCPeriod": "1h",
    "Spec": {
      "mounts": [
        {
          "mountpoint": "/blocks",
          "path": "blocks",
          "prefix": "flatfs.datastore",
          "shardFunc": "/repo/flatfs/shard/v1/next-to-last/2",
          "sync": false,
          "type": "flatfs"
        },
        {
          "compression": "none",
          "mountpoint": "/",
          "path": "datastore",
          "prefix": "leveldb.datastore",
          "type": "levelds"
        }
      ],
      "type": "mount"
    },
    "HashOnRead": false,
    "BloomFilterSize": 0,
    "BlockKeyCacheSize": null
  },
  "Addresses": {
    "Swarm": [
      "/ip4/0.0.0.0/tcp/4001",
      "/ip6/::/tcp/4001",
      "/ip4/0.0.0.0/udp/4001/webrtc-direct",
      "/ip4/0.0.0.0/udp/4001/quic-v1",
      "/ip4/0.0.0.0/udp/4001/quic-v1/webtransport",
      "/ip6/::/udp/4001/webrtc-direct",
      "/ip6/::/udp/4001/quic-v1",
      "/ip6/::/udp/4001/quic-v1/webtransport"
    ],
    "Announce": [],
    "AppendAnnounce": [],
    "NoAnnounce": [],
    "API": "/ip4/127.0.0.1/tcp/5001",
    "Gateway": "/ip4/127.0.0.1/tcp/8080"
  },
  "Mounts": {
    "IPFS": "/ipfs",
    "IPNS": "/ipns",
    "MFS": "/mfs",
    "FuseAllowOther": null,
    "StoreMtime": null,
    "StoreMode": null
  },
  "Discovery": {
    "MDNS": {
      "Enabled": true
    }
  },
  "Routing": {
    "DelegatedRouters": [
      "auto"
    ]
  },
  "Ipns": {
    "RepublishPeriod": "",
    "RecordLifetime": "",
    "ResolveCacheSize": 128,
    "DelegatedPublishers": [
      "auto"
    ]
  },
  "Bootstrap": [
    "auto"
  ],
  "Gateway": {
    "HTTPHeaders": {},
    "RootRedirect": "",
    "NoFetch": false,
    "NoDNSLink": false,
    "DeserializedResponses": null,
    "AllowCodecConversion": null,
    "DisableHTMLErrors": null,
    "DeprecatedXIpfsPath": null,
    "PublicGateways": null,
    "ExposeRoutingAPI": null
  },
  "API": {
    "HTTPHeaders": {}
  },
  "Swarm": {
    "AddrFilters": null,
    "DisableBandwidthMetrics": false,
    "DisableNatPortMap": false,
    "RelayClient": {},
    "RelayService": {},
    "Transports": {
      "Network": {},
      "Security": {},
      "Multiplexers": {}
    },
    "ConnMgr": {},
    "ResourceMgr": {}
  },
  "AutoNAT": {},
  "AutoTLS": {},
  "Pubsub": {
    "Router": "",
    "DisableSigning": false
  },
  "Peering": {
    "Peers": null
  },
  "DNS": {
    "Resolvers": {
      ".": "auto"
    }
  },
  "Migration": {},
  "AutoConf": {},
  "Provide": {
    "DHT": {}
  },
  "Provider": {},
  "Reprovider": {},
  "HTTPRetrieval": {},
  "Experimental": {
    "FilestoreEnabled": false,
    "UrlstoreEnabled": false,
    "Libp2pStreamMounting": false,
    "P2pHttpProxy": false,
    "OptimisticProvide": false,
    "OptimisticProvideJobsPoolSize": 0
  },
  "Plugins": {
    "Plugins": null
  },
  "Pinning": {
    "RemoteServices": {}
  },
  "Import": {
    "CidVersion": null,
    "UnixFSRawLeaves": null,
    "UnixFSChunker": null,
    "HashFunction": null,
    "UnixFSFileMaxLinks": null,
    "UnixFSDirectoryMaxLinks": null,
    "UnixFSHAMTDirectoryMaxFanout": null,
    "UnixFSHAMTDirectorySizeThreshold": null,
    "UnixFSHAMTDirectorySizeEstimation": null,
    "UnixFSDAGLayout": null,
    "UnixFSPBNodeFieldOrder": null,
    "BatchMaxNodes": null,
    "BatchMaxSize": null,
    "FastProvideRoot": null,
    "FastProvideDAG": null,
    "FastProvideWait": null
  },
  "Version": {},
  "Internal": {},
  "Bitswap": {}
})json";

}  // namespace

Config Config::defaults(const Identity& identity) {
    Config config(Json::parse(defaults_text));
    config.set_private_key(identity);
    return config;
}

}  // namespace kit::node
