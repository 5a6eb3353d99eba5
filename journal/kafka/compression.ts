/**
 * What we send is compressed by Zstandard, level 1: far cheaper than kafkajs's own gzip (level 6), for us and for the broker, which looks into batches of
 * compacted topics. kafkajs knows the codec's number but not the codec.
 */
import { constants, zstdCompress, zstdDecompress } from 'node:zlib';
import kafkajs, { CompressionTypes } from 'kafkajs';

export const compression = CompressionTypes.ZSTD;

/** Fewer calls than with the 16 KB that are usual. */
const chunkSize = 256 * 1024;
const params = { [constants.ZSTD_c_compressionLevel]: 1 };

/** Makes the codec known to the library; again does nothing more. */
export function registerCompression(): void {
  kafkajs.CompressionCodecs[compression] = () => codec;
}

/** One frame. */
export function compress(bytes: Buffer): Promise<Buffer> {
  return promised((done) => zstdCompress(bytes, { chunkSize, params }, done));
}

const codec = {
  compress: ({ buffer }: { readonly buffer: Buffer }) => compress(buffer),
  decompress: (buffer: Buffer) => promised((done) => zstdDecompress(buffer, { chunkSize }, done)),
};

type Done = (error: Error | null, result: Buffer) => void;

function promised(body: (done: Done) => void): Promise<Buffer> {
  return new Promise((resolve, reject) => body((error, result) => (error ? reject(error) : resolve(result))));
}
