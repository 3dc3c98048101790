// Sends one file by tus-js-client, unchanged, as its stdin (JSON) says; tells how that went as JSON on stdout.
import { createReadStream, statSync, readFileSync } from 'node:fs'
import { Upload } from 'tus-js-client'

const order = JSON.parse(readFileSync(0, 'utf8'))
const seen = []

const upload = new Upload(createReadStream(order.file), {
  endpoint: order.endpoint,
  uploadUrl: order.uploadUrl,
  uploadSize: statSync(order.file).size,
  chunkSize: order.chunkSize ?? Infinity,
  uploadDataDuringCreation: order.together ?? false,
  retryDelays: order.retryDelays,
  headers: order.headers,
  metadata: order.metadata,
  onAfterResponse(request, response) {
    seen.push({ method: request.getMethod(), status: response.getStatus(), receipt: response.getHeader('Ecopy-Receipt') ?? null })
  },
  onProgress(sent) {
    if (order.stopAfter && sent >= order.stopAfter) {
      order.stopAfter = null
      upload.abort(false).then(() => told('stopped'))
    }
  },
  onSuccess: () => told('done'),
  onError: (error) => told('failed', String(error.message)),
})

function told(how, why = null) {
  console.log(JSON.stringify({ how, why, url: upload.url, seen }))
  process.exit(0)
}

upload.start()
