// Something in front of a PostgreSQL server that hands everything on: a unix socket, TLS, or a guard that wants a password.
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { TLSSocket } from 'node:tls'

/** Front is listening; `connections` counts who came. */
export interface Front {
  readonly port: number
  readonly connections: () => number
  close(): Promise<void>
}

/** What is different in front: the path of a unix socket, a certificate, or a password; the latter two on a free port. */
export type How =
  { readonly path: string } | { readonly key: string; readonly cert: string } | { readonly password: string }

/** Listens in front of a server. */
export async function front(server: URL, how: How): Promise<Front> {
  const open = new Set<Socket>()
  let connections = 0
  const listener = createServer(async (plain) => {
    connections += 1
    open.add(plain.on('error', () => plain.destroy()))
    const behind = connect(Number(server.port), server.hostname)
    open.add(behind.on('error', () => plain.destroy()))
    const client = 'key' in how ? await encrypted(plain, how) : plain
    if ('password' in how && !(await guarded(plain, behind, how.password))) return plain.end()
    client.on('error', () => behind.destroy())
    client.pipe(behind).pipe(client)
  })
  listener.listen('path' in how ? how.path : { port: 0, host: '127.0.0.1' })
  await once(listener, 'listening')
  const address = listener.address() as AddressInfo | string
  return {
    port: typeof address === 'string' ? 0 : address.port,
    connections: () => connections,
    async close() {
      for (const socket of open) socket.destroy()
      listener.close()
      await once(listener, 'close')
    },
  }
}

/** The eight bytes by which a client asks for TLS are answered with `S`; whoever does not ask is sent away. */
async function encrypted(plain: Socket, certificate: { readonly key: string; readonly cert: string }): Promise<Socket> {
  const [request] = (await once(plain, 'data')) as [Buffer]
  if (request.length !== 8 || request.readInt32BE(4) !== 80877103) plain.destroy()
  else plain.write('S')
  return new TLSSocket(plain, { isServer: true, ...certificate })
}

/** Asks for the password in clear (R, 3) before the server hears of the client. */
async function guarded(plain: Socket, behind: Socket, password: string): Promise<boolean> {
  const [startup] = (await once(plain, 'data')) as [Buffer]
  plain.write(Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]))
  const [answer] = (await once(plain, 'data')) as [Buffer]
  plain.pause()
  if (answer.subarray(5, -1).toString() === password) return behind.write(startup)
  const refusal = Buffer.from('SFATAL\0C28P01\0Mpassword authentication failed\0\0')
  const size = Buffer.alloc(4)
  size.writeInt32BE(refusal.length + 4)
  plain.write(Buffer.concat([Buffer.from('E'), size, refusal]))
  return false
}
