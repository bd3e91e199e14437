/** The attacker's process of `chaos -- abuse`. It yields to the bots on their core: what they measure is not its own doing. */
import { constants, setPriority } from 'node:os';
import { createRandom } from '../../src/kernel/random.ts';
import { attackNamed } from './abuse-attacks.ts';
import { AbuseField } from './abuse-field.ts';
import type { AttackOrder, AttackResult, FromAttacker, ToAttacker } from './abuse-messages.ts';
import { Score } from './abuse-score.ts';

process.on('disconnect', () => process.exit(0));
process.on('SIGINT', () => {});
process.on('message', (message: ToAttacker) => void obey(message));
setPriority(constants.priority.PRIORITY_LOW);

let ready: { readonly attack: string; readonly field: AbuseField } | undefined;

async function obey(message: ToAttacker): Promise<void> {
  if (message.type === 'prepare') {
    const { attack, port } = message;
    const field = new AbuseField(port);
    await field.prepare(attackNamed(attack)?.publicRooms ?? 0);
    ready = { attack, field };
    tell({ type: 'prepared' });
  } else {
    tell({ type: 'attacked', result: await attack(message.order) });
  }
}

async function attack(order: AttackOrder): Promise<AttackResult> {
  if (ready === undefined) throw new Error('no attack was prepared');
  const { field } = ready;
  const score = new Score(() => performance.now());
  field.begin(order, createRandom(order.seed + order.round));
  await attackNamed(ready.attack)!.run(field, score);
  return score.result(order.seconds);
}

function tell(message: FromAttacker): void {
  process.send?.(message);
}
