/** The script of a page: what stands in the global `netwine`. ES3, as all that it imports. */
export { connect } from './adapter/socket.ts';
export { more } from './transport/more.ts';
