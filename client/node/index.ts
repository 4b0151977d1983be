/** The client for programs: `netwine/client`. */
export type { BridgeOptions } from './bridge.ts';
export { Connection, ConnectionError, type ConnectOptions, connect } from './connection.ts';
export { type Transport, transports } from './ways.ts';
