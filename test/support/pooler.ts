// A stand-in for a pooler in transaction mode, such as PgBouncer: it makes up the key of the process, and hands every transaction of
// a client to another connection of the server.
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** Pooler is listening; whoever connects to its port meets the server behind it. */
export interface Pooler {
  readonly port: number
  close(): Promise<void>
}

const madeUpPid = 7

/** Listens in front of a server that trusts us. */
export async function pooler(server: URL): Promise<Pooler> {
  const open = new Set<Socket>()
  const listener = createServer((client) => serve(client, server, open))
  listener.listen({ port: 0, host: '127.0.0.1' })
  await once(listener, 'listening')
  return {
    port: (listener.address() as AddressInfo).port,
    async close() {
      for (const socket of open) socket.destroy()
      listener.close()
      await once(listener, 'close')
    },
  }
}

function serve(client: Socket, server: URL, open: Set<Socket>): void {
  const backends = [1, 2].map(() => connect(Number(server.port), server.hostname))
  const all = [client, ...backends]
  for (const socket of all) {
    open.add(socket.on('error', () => undefined).on('close', () => all.forEach((one) => one.destroy())))
  }
  let ready = 0
  let idle = false
  let turn = 0
  let begun = false
  let early = Buffer.alloc(0)
  const forward = (data: Buffer) => {
    if (idle) turn = 1 - turn
    idle = false
    backends[turn]!.write(data)
  }
  client.on('data', (data: Buffer) => {
    if (!begun) {
      begun = true
      for (const backend of backends) backend.write(data)
    } else if (ready < backends.length) early = Buffer.concat([early, data])
    else forward(data)
  })
  for (const [at, backend] of backends.entries()) {
    let rest = Buffer.alloc(0)
    let greeting = true
    backend.on('data', (data: Buffer) => {
      rest = Buffer.concat([rest, data])
      while (rest.length >= 5 && rest.length >= 1 + rest.readInt32BE(1)) {
        const message = Buffer.from(rest.subarray(0, 1 + rest.readInt32BE(1)))
        rest = rest.subarray(message.length)
        const kind = String.fromCharCode(message[0]!)
        if (kind === 'K') message.writeInt32BE(madeUpPid, 5)
        if (greeting && kind === 'Z') {
          greeting = false
          ready += 1
          if (at === 0) client.write(message)
          if (ready < backends.length) continue
          idle = true
          if (early.length > 0) forward(early)
        } else if (!greeting || at === 0) {
          // What the second connection is greeted with, nobody has asked for.
          if (kind === 'Z') idle = message[5] === 'I'.charCodeAt(0)
          client.write(message)
        }
      }
    })
  }
}
