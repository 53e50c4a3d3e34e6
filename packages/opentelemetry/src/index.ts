export { instrumentAuth, type InstrumentAuthOptions } from './instrument-auth.ts';
export { toAuditRecord } from './audit-record.ts';
