/**
 * Partition p of every topic goes to the same member, because `process` joins them: kafkajs's own assigner deals all partitions
 * out in one round, which separates them wherever the members do not divide their number.
 */
import { AssignerProtocol, type PartitionAssigner } from 'kafkajs';

const version = 0;
const noUserData = Buffer.alloc(0);

export const coPartitionAssigner: PartitionAssigner = ({ cluster }) => ({
  name: 'ReleveCoPartitionAssigner',
  version,
  async assign({ members, topics }) {
    const memberIds = members.map(({ memberId }) => memberId).sort();
    const assignments = memberIds.map(() => new Map<string, number[]>());
    for (const topic of topics) {
      for (const { partitionId } of cluster.findTopicPartitionMetadata(topic)) {
        const assigned = assignments[partitionId % memberIds.length]!;
        assigned.set(topic, [...(assigned.get(topic) ?? []), partitionId]);
      }
    }
    return memberIds.map((memberId, index) => ({
      memberId,
      memberAssignment: AssignerProtocol.MemberAssignment.encode({
        version,
        assignment: Object.fromEntries(assignments[index]!),
        userData: noUserData,
      }),
    }));
  },
  protocol: ({ topics }) => ({
    name: 'ReleveCoPartitionAssigner',
    metadata: AssignerProtocol.MemberMetadata.encode({ version, topics, userData: noUserData }),
  }),
});
