/**
 * Checks whose removal nobody could tell, with the reason; by file, then by what was done to what. A
 * survivor that is not named here is a missing test, or a check to delete.
 */
export const EQUIVALENTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {};
