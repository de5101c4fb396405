// Runs the model of every folder on its batch and prints how far its outputs are
// from those that are wanted there, as JSON.
const ort = require('onnxruntime-node'), fs = require('fs')

function tensors(file) {
  const bytes = fs.readFileSync(file)
  const end = 8 + Number(bytes.readBigUInt64LE(0))
  const out = {}
  for (const [name, t] of Object.entries(JSON.parse(bytes.toString('utf8', 8, end)))) {
    if (name === '__metadata__') continue
    const data = bytes.buffer.slice(bytes.byteOffset + end + t.data_offsets[0], bytes.byteOffset + end + t.data_offsets[1])
    out[name] = t.dtype === 'I32' ? new ort.Tensor('int32', new Int32Array(data), t.shape) : new ort.Tensor('float32', new Float32Array(data), t.shape)
  }
  return out
}

async function compare(name) {
  const model = await ort.InferenceSession.create(name + '/model.onnx', { intraOpNumThreads: 1, logSeverityLevel: 3 })
  const batch = tensors(name + '/batch.safetensors'), feed = {}
  for (const input of model.inputNames) feed[input] = batch['in/' + input]
  const got = await model.run(feed)
  let largest = 0
  for (const [key, want] of Object.entries(batch)) {
    if (!key.startsWith('out/')) continue
    const y = got[key.slice(4)]
    if (String(y.dims) !== String(want.dims)) throw new Error(`${key}: shape ${y.dims}, not ${want.dims}`)
    const scale = want.data.reduce((a, v) => Math.max(a, Math.abs(v)), 1)
    want.data.forEach((v, i) => { const d = Math.abs(y.data[i] - v) / scale; if (!(d <= largest)) largest = d })
  }
  return largest
}

(async () => {
  const results = []
  for (const name of fs.readdirSync('.').filter(f => fs.statSync(f).isDirectory()).sort()) {
    try {
      results.push({ Name: name, Largest: await compare(name), Error: '' })
    } catch (e) {
      results.push({ Name: name, Largest: -1, Error: String(e.message) })
    }
  }
  console.log(JSON.stringify(results))
})()
