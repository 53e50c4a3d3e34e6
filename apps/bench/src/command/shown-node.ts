/** The Node.js in the picture, on which what no goal needs is measured too: a name in NODES. */
export const SHOWN_NODE = '24';
