/** BusyError says that a transaction did not begin, as somebody else has what it must have from its first moment. */
export class BusyError extends Error {}
