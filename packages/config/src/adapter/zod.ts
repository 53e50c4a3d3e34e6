/** The one import of zod: a plug-in's schema and the kit use the same copy. */
export { z } from 'zod';
