/** The Node.js version of the picture, a name in NODES. Only there, measurements that no goal needs run too. */
export const SHOWN_NODE = '24';
