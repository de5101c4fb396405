// Runs the model of this folder on the batch that is stored with it, and holds
// its outputs against the stored ones; then the first row alone and, where
// states are carried, the batch in two halves. Says how long a run takes and, if
// the dense model is there, how much faster that is. Exit status: 0 equal, 1 not.
//
// Needs Node.js and ONNX Runtime: npm install onnxruntime-node. THREADS (1) are
// those of ONNX Runtime.
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import path from 'node:path'

const folder = path.dirname(fileURLToPath(import.meta.url))
let ort
try {
  ort = createRequire(import.meta.url)('onnxruntime-node')
} catch (e) {
  console.error('no ONNX Runtime: npm install onnxruntime-node, here or in a folder above; or set NODE_PATH')
  process.exit(1)
}

const product = list => list.reduce((a, n) => a * n, 1)

// The tensors of a safetensors file, by name.
function read(file) {
  const bytes = readFileSync(file)
  const end = 8 + Number(bytes.readBigUInt64LE(0))
  const out = {}
  for (const [name, t] of Object.entries(JSON.parse(bytes.toString('utf8', 8, end)))) {
    if (name === '__metadata__') continue
    const [start, stop] = t.data_offsets.map(at => bytes.byteOffset + end + at)
    const data = bytes.buffer.slice(start, stop)
    out[name] = t.dtype === 'I32' ? new ort.Tensor('int32', new Int32Array(data), t.shape) : new ort.Tensor('float32', new Float32Array(data), t.shape)
  }
  return out
}

// Tensors of one shape but for an axis, one after the other along it.
function join(parts, axis) {
  const dims = [...parts[0].dims]
  dims[axis] = parts.reduce((n, p) => n + p.dims[axis], 0)
  const data = new parts[0].data.constructor(product(dims))
  const outer = product(dims.slice(0, axis)), inner = product(dims.slice(axis + 1))
  let at = 0
  for (let i = 0; i < outer; i++) {
    for (const p of parts) {
      const n = p.dims[axis] * inner
      data.set(p.data.subarray(i * n, (i + 1) * n), at)
      at += n
    }
  }
  return new ort.Tensor(parts[0].type, data, dims)
}

function between(t, axis, start, stop) {
  const dims = [...t.dims], size = dims[axis], inner = product(dims.slice(axis + 1))
  dims[axis] = stop - start
  const data = new t.data.constructor(product(dims)), n = (stop - start) * inner
  for (let i = 0; i < product(dims.slice(0, axis)); i++) {
    data.set(t.data.subarray((i * size + start) * inner, (i * size + stop) * inner), i * n)
  }
  return new ort.Tensor(t.type, data, dims)
}

class Model {
  static async open(folder) {
    const m = new Model()
    m.io = JSON.parse(readFileSync(path.join(folder, 'io.json'), 'utf8'))
    m.session = await ort.InferenceSession.create(path.join(folder, m.io.file), { intraOpNumThreads: +(process.env.THREADS || 1), logSeverityLevel: 3 })
    m.feed = {}, m.want = {}, m.shapes = {}
    for (const [name, t] of Object.entries(read(path.join(folder, m.io.batch.file)))) {
      if (name.startsWith('in/')) m.feed[name.slice(3)] = t
      else m.want[name.slice(4)] = t
    }
    for (const t of [...m.io.inputs, ...m.io.outputs]) m.shapes[t.name] = t.shape
    for (const s of m.io.states) m.shapes[s.input] = m.shapes[s.output] = s.shape
    m.lengths = m.io.batch.lengths
    return m
  }

  run(feed) { return this.session.run(feed) }

  // Tensors between two positions of an open axis, for those that have it.
  part(tensors, axis, start, stop) {
    const out = {}
    for (const [name, t] of Object.entries(tensors)) {
      const at = this.shapes[name].indexOf(axis)
      out[name] = at < 0 ? t : between(t, at, start, stop)
    }
    return out
  }

  // The batch in two halves, states carried from the first to the second.
  async halves() {
    const middle = this.lengths.time >> 1
    const one = await this.run(this.part(this.feed, 'time', 0, middle))
    const feed = this.part(this.feed, 'time', middle, this.lengths.time)
    for (const s of this.io.states) feed[s.input] = one[s.output]
    const two = await this.run(feed), out = {}
    for (const name of Object.keys(two)) {
      const at = this.shapes[name].indexOf('time')
      out[name] = at < 0 ? two[name] : join([one[name], two[name]], at)
    }
    return out
  }
}

const text = x => x.toExponential(0)

// Prints how far outputs are apart; true if they are equal.
function compare(what, got, want, tolerance) {
  let worst = 0, where = ''
  for (const [name, w] of Object.entries(want)) {
    const g = got[name]
    if (String(g.dims) !== String(w.dims)) {
      console.log(`NOT EQUAL, ${what}: ${name} has shape ${g.dims}, not ${w.dims}`)
      return false
    }
    let most = 1, d = 0
    for (let i = 0; i < w.data.length; i++) {
      most = Math.max(most, Math.abs(w.data[i]))
      const e = Math.abs(g.data[i] - w.data[i])
      if (!(e <= d)) d = e
    }
    if (!(d / most <= worst)) worst = d / most, where = name
  }
  if (!(worst <= tolerance)) {
    console.log(`NOT EQUAL, ${what}: ${where} differs by ${text(worst)}, more than ${text(tolerance)}`)
    return false
  }
  console.log(`equal to ${text(tolerance)}, ${what}: largest difference ${text(worst)}`)
  return true
}

// Median time of a run of each model, in ms; they take turns.
async function medians(models, ms = 1000 * (process.env.CHECK_SECONDS || 1)) {
  const times = models.map(() => []), end = performance.now() + ms * models.length
  while (times[0].length < 5 || performance.now() < end) {
    for (const [i, m] of models.entries()) {
      const start = performance.now()
      await m.run(m.feed)
      times[i].push(performance.now() - start)
    }
  }
  return times.map(t => t.sort((a, b) => a - b)[t.length >> 1])
}

const m = await Model.open(folder), tolerance = m.io.batch.tolerance
const size = Object.entries(m.lengths).sort().map(([axis, n]) => `${n} ${axis}`).join(' × ')
let equal = compare(`the batch of ${size}`, await m.run(m.feed), m.want, tolerance)
if (m.lengths.batch > 1) {
  equal = compare('its first row alone', await m.run(m.part(m.feed, 'batch', 0, 1)), m.part(m.want, 'batch', 0, 1), tolerance) && equal
}
if (m.io.states.length && m.lengths.time > 1) {
  equal = compare('in two halves, states carried', await m.halves(), m.want, tolerance) && equal
}
const models = [m]
if (m.io.dense) {
  const dense = await Model.open(path.join(folder, m.io.dense))
  equal = compare('the dense model', await dense.run(dense.feed), dense.want, tolerance) && equal
  models.push(dense)
}
const ms = await medians(models)
let line = `${ms[0].toFixed(3)} ms a run`
if (ms.length > 1) line += `, ${(ms[1] / ms[0]).toFixed(2)} times as fast as the dense one (${ms[1].toFixed(3)} ms)`
console.log(line)
process.exit(equal ? 0 : 1)
