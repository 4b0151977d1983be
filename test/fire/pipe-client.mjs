/** A program of its own between its standard streams and a target: what it reads goes there, what comes it writes. */
import { pipeline } from 'node:stream/promises';
import { connect } from '../../dist/client/node/index.js';

const [to = '', via = '', way = ''] = process.argv.slice(2);
const connection = connect(to, { via, transports: [way] });
connection.once('open', () => process.stderr.write('open\n'));
// Whoever jumps with our clock asks what it shows.
process.on('SIGUSR2', () => process.stderr.write(`clock ${Date.now()}\n`));
try {
  await Promise.all([pipeline(process.stdin, connection), pipeline(connection, process.stdout)]);
} catch (error) {
  process.stderr.write(`failure ${error.message}\n`);
}
process.exit();
