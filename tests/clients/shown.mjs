// Results of a client as plain JSON that two runs can be compared by.
import { createHash } from 'node:crypto'

const TEXT_BYTES_MAX = 200

export function digest (bytes) {
  return `${bytes.length} bytes ${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}`
}

function bytes (value) {
  const text = Buffer.from(value).toString('utf8')
  const readable = value.length <= TEXT_BYTES_MAX && Buffer.from(text).equals(Buffer.from(value))
  return readable ? `bytes ${text}` : digest(value)
}

export function shown (value) {
  if (value === null || value === undefined) return value === null ? null : '(undefined)'
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'function') return '(function)'
  if (typeof value !== 'object') return value
  if (value instanceof Error) return failure(value)
  if (value instanceof Uint8Array) return bytes(value)
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Map) return shown(Object.fromEntries(value))
  if (Array.isArray(value)) return value.map(shown)
  if (value['/'] instanceof Uint8Array && value.multihash) return `CID ${value}`
  // Peer ids and addresses say what they are by their own text.
  if (value.toString !== Object.prototype.toString) return `${value}`
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, shown(each)]))
}

// Names, codes and words of an error; the trace would name the place of the package.
export function failure (error) {
  return { name: error.name, message: error.message, code: error.code,
    status: error.response?.status, cause: error.cause?.code ?? error.cause?.message }
}

export async function all (source) {
  const items = []
  for await (const item of source) items.push(item)
  return items
}

export async function joined (source) {
  return Buffer.concat(await all(source))
}

// The errors of several calls that have to fail, and what came where they did not.
export async function outcomes (calls) {
  const told = {}
  for (const [name, call] of Object.entries(calls)) {
    try {
      told[name] = { ok: await call() }
    } catch (error) {
      told[name] = { failed: failure(error) }
    }
  }
  return told
}

// Bytes that look random and are the same in every run.
export function noise (size, seed = 1) {
  const made = Buffer.alloc(size)
  let state = seed >>> 0
  for (let at = 0; at < size; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    made[at] = state >>> 24
  }
  return made
}

// `count` pieces of one MiB.
export async function * pieces (count, seed = 7) {
  const piece = noise(1 << 20, seed)
  for (let number = 0; number < count; number++) {
    piece.writeUInt32LE(number, 0)
    yield Uint8Array.from(piece)
  }
}
