/**
 * What we send is compressed by Zstandard, level 1: far cheaper than kafkajs's own gzip (level 6), for us and for the broker, which looks into batches of
 * compacted topics. kafkajs knows the codec's number but not the codec, and its consumer may see a batch before it is paused.
 */
import { promisify } from 'node:util';
import { constants, zstdCompress, zstdDecompress } from 'node:zlib';
import kafkajs, { CompressionTypes } from 'kafkajs';

export const compression = CompressionTypes.ZSTD;
/** Fewer calls than with the 16 KB that are usual. */
export const chunkSize = 256 * 1024;
const level = { chunkSize, params: { [constants.ZSTD_c_compressionLevel]: 1 } };
const zstd = promisify(zstdCompress);
const unzstd = promisify(zstdDecompress);

/** Makes the codec known to the library; again does nothing more. */
export function registerCompression(): void {
  kafkajs.CompressionCodecs[compression] = () => codec;
}

/** One frame. */
export function compress(bytes: Buffer): Promise<Buffer> {
  return zstd(bytes, level);
}

export function decompressZstandard(bytes: Buffer): Promise<Buffer> {
  return unzstd(bytes, { chunkSize });
}

const codec = {
  compress: ({ buffer }: { readonly buffer: Buffer }) => compress(buffer),
  decompress: decompressZstandard,
};
