// Runs every case with one client of npm against one daemon and prints what came back, a line each:
//   node run.mjs kubo-rpc-client http://127.0.0.1:5001 [content files ...]
// Nothing is judged here: javascript.py runs it against ours and Kubo's and compares the lines.
import { content } from './content.mjs'
import { files } from './files.mjs'
import { nodes } from './nodes.mjs'
import { names } from './names.mjs'
import { pins } from './pins.mjs'
import { node } from './node.mjs'
import { broken } from './broken.mjs'
import { failure, shown } from './shown.mjs'

const [name, url, ...wanted] = process.argv.slice(2)
const groups = { content, nodes, pins, files, names, node, broken }
const { create, CID, globSource, multiaddr } = await import(name)
const PATIENCE_MS = 60_000

// What cases are given: the client, constructors of its package, and notes that cases leave for
// those after them.
const world = { url, CID, globSource, multiaddr, create, notes: {} }

async function run (each, client) {
  let timer
  const late = new Promise((resolve, reject) => {
    timer = setTimeout(() => reject(new Error('no answer within a minute')), PATIENCE_MS)
  })
  try {
    return { ok: shown(await Promise.race([each(client, world), late])) }
  } catch (error) {
    return { failed: failure(error) }
  } finally {
    clearTimeout(timer)
  }
}

const client = create({ url })
for (const [group, cases] of Object.entries(groups)) {
  if (wanted.length > 0 && !wanted.includes(group)) continue
  for (const [what, each] of Object.entries(cases)) {
    console.log(JSON.stringify({ case: what, ...await run(each, client) }))
  }
}
process.exit(0)
