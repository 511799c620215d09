/** A login as a client makes it on the wire: TLS, a start-up with the JWT option, the token as the password (PostgreSQL docs, "Message Flow"). */
import { connect, type Socket } from 'node:net';
import tls from 'node:tls';

export type LoggedIn =
  | { readonly as: string }
  | { readonly code: string; readonly message: string; readonly detail: string | undefined };

export interface Door {
  readonly port: number;
  readonly caPem: string;
}

/** @throws Error when the connection breaks before the server has said yes or no */
export async function logIn(door: Door, user: string, token: string): Promise<LoggedIn> {
  const socket = await secured(door);
  try {
    return await new Promise((done, failed) => {
      const broken = (): void => failed(new Error('the connection broke before there was an answer'));
      socket.once('error', failed);
      socket.once('close', broken);
      let held: Buffer = Buffer.alloc(0);
      let as: string | null = null;
      const answers: Readonly<Record<string, (body: Buffer) => void>> = {
        R: (body) => {
          if (body.readInt32BE(0) === 3) socket.write(message('p', text(token)));
        },
        E: (body) => done(refusal(body)),
        // The field's length stands behind the count of fields.
        D: (body) => {
          as = body.subarray(6).toString('utf8');
        },
        Z: () => (as === null ? socket.write(message('Q', text('SELECT current_user'))) : done({ as })),
      };
      socket.on('data', (chunk: Buffer) => {
        held = Buffer.concat([held, chunk]);
        while (held.length >= 5 && held.length > held.readInt32BE(1)) {
          const end = held.readInt32BE(1) + 1;
          answers[held.toString('latin1', 0, 1)]?.(held.subarray(5, end));
          held = held.subarray(end);
        }
      });
      const options = '--crdb:jwt_auth_enabled=true';
      const fields = [...(user === '' ? [] : ['user', user]), 'database', 'defaultdb', 'options', options, ''];
      const body = Buffer.concat([Buffer.from([0, 3, 0, 0]), ...fields.map(text)]);
      socket.write(Buffer.concat([length(body), body]));
    });
  } finally {
    socket.removeAllListeners('close');
    socket.on('error', () => undefined);
    socket.end(message('X', Buffer.alloc(0)));
  }
}

async function secured(door: Door): Promise<tls.TLSSocket> {
  const socket = connect(door.port, '127.0.0.1');
  socket.setNoDelay(true);
  socket.write(Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]));
  await answered(socket);
  const secure = tls.connect({ socket, ca: door.caPem, servername: 'localhost' });
  await new Promise<void>((done, failed) => {
    secure.once('secureConnect', () => done());
    secure.once('error', failed);
  });
  return secure;
}

const answered = (socket: Socket): Promise<void> =>
  new Promise((done, failed) => {
    socket.once('error', failed);
    socket.once('data', (chunk: Buffer) => (chunk.toString() === 'S' ? done() : failed(new Error('it speaks no TLS'))));
  });

const text = (value: string): Buffer => Buffer.from(`${value}\0`, 'utf8');
const length = (body: Buffer): Buffer => {
  const four = Buffer.alloc(4);
  four.writeInt32BE(body.length + 4);
  return four;
};
const message = (type: string, body: Buffer): Buffer => Buffer.concat([Buffer.from(type), length(body), body]);

function refusal(body: Buffer): LoggedIn {
  const fields = new Map(
    body
      .toString('utf8')
      .split('\0')
      .map((field) => [field.slice(0, 1), field.slice(1)]),
  );
  return { code: fields.get('C') ?? '', message: fields.get('M') ?? '', detail: fields.get('D') };
}
