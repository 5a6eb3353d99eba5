import { AssignerProtocol, type Cluster } from 'kafkajs';
import { expect, test } from 'vitest';
import { coPartitionAssigner } from '../../../journal/kafka/co-partition-assigner.ts';

const cluster = {
  findTopicPartitionMetadata: () => [0, 1, 2, 3, 4, 5, 6, 7].map((partitionId) => ({ partitionId })),
} as unknown as Cluster;

test.each([1, 2, 3, 8, 11])('%i members share all partitions, each number whole', async (count) => {
  const assigner = coPartitionAssigner({ cluster, groupId: 'g', logger: undefined as never });
  const members = Array.from({ length: count }, (_, n) => ({
    memberId: `m${(n * 7) % count}`,
    memberMetadata: Buffer.alloc(0),
  }));
  const assigned = await assigner.assign({ members, topics: ['a', 'b', 'c'] });
  const byTopic: Record<string, number[]> = { a: [], b: [], c: [] };
  const sizes: number[] = [];
  for (const { memberAssignment } of assigned) {
    const { assignment } = AssignerProtocol.MemberAssignment.decode(memberAssignment)!;
    expect(assignment.b ?? []).toEqual(assignment.a ?? []);
    expect(assignment.c ?? []).toEqual(assignment.a ?? []);
    sizes.push((assignment.a ?? []).length);
    for (const topic of ['a', 'b', 'c']) byTopic[topic]!.push(...(assignment[topic] ?? []));
  }
  for (const partitions of Object.values(byTopic)) expect(partitions.sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
});
