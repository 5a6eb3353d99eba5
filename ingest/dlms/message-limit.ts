/** Bounds of one pushed message: far above any push list, low enough that a hostile line cannot fill the memory. */
export const maximumMessageBytes = 65_536;
export const maximumMessageParts = 1024;
