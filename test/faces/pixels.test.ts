/** What is told from landmarks, pixels and hashes alone. */
import { describe, expect, it } from 'vitest';
import { flatness, isDrawn } from '../../src/faces/drawn.ts';
import { poseOf, spreadOf, type Point } from '../../src/faces/pose.ts';
import { bitsOf, differing, nearDuplicates } from '../../src/faces/similar.ts';

/** 68 landmarks of a face 100 pixels wide, whose nose is `nose` pixels right of the middle, `tilt` radians tilted. */
function landmarks(nose: number, tilt = 0): Point[] {
  const points: Point[] = Array.from({ length: 68 }, () => ({ x: 50, y: 50 }));
  const put = (index: number, x: number, y: number) => (points[index] = { x, y });
  put(0, 0, 40);
  put(16, 100, 40);
  put(30, 50 + nose, 62);
  for (const [index, x] of [36, 39, 42, 45].map((at, n) => [at, [20, 40, 60, 80][n] ?? 0] as const)) put(index, x, 40);
  put(48, 35, 76);
  put(54, 65, 76);
  const [cos, sin] = [Math.cos(tilt), Math.sin(tilt)];
  return points.map(({ x, y }) => ({ x: x * cos - y * sin, y: x * sin + y * cos }));
}

describe('the pose of a face', () => {
  it('is turned to the side that the nose points to, whatever the tilt', () => {
    expect(poseOf(landmarks(0)).yaw).toBeCloseTo(0);
    expect(poseOf(landmarks(25)).yaw).toBeCloseTo(30);
    expect(poseOf(landmarks(-25, 0.3)).yaw).toBeCloseTo(-30);
    expect(poseOf(landmarks(0, 0.3)).roll).toBeCloseTo((0.3 * 180) / Math.PI);
  });

  it('needs 68 landmarks', () => {
    expect(() => poseOf([])).toThrow('68 landmarks');
  });

  it('spreads over the pictures of a set, in degrees', () => {
    const pose = { yaw: 0, pitch: 0, roll: 0 };
    expect(spreadOf([pose])).toBeUndefined();
    expect(spreadOf([pose, pose])).toBe(0);
    expect(
      spreadOf([
        { ...pose, yaw: -30 },
        { ...pose, yaw: 30 },
      ]),
    ).toBe(30);
  });
});

describe('a drawing', () => {
  it('is told by flat colors in the face, a photograph by its grain', () => {
    const box = { x: 0, y: 0, width: 20, height: 20 };
    const pixels = (value: (at: number) => number) => {
      const data = Uint8Array.from({ length: 20 * 20 * 3 }, (_, at) => value(at));
      return { data, width: 20, height: 20 };
    };
    expect(
      isDrawn(
        pixels(() => 200),
        box,
      ),
    ).toBe(true);
    expect(
      isDrawn(
        pixels((at) => (at * 7919) % 251),
        box,
      ),
    ).toBe(false);
    expect(
      flatness(
        pixels(() => 200),
        { x: 30, y: 30, width: 5, height: 5 },
      ),
    ).toBe(0);
  });
});

describe('perceptual hashes', () => {
  const hash = (ones: number) => '1'.repeat(ones).padEnd(64, '0');

  it('differ by their bits', () => {
    expect(differing(bitsOf(hash(3)), bitsOf(hash(10)))).toBe(7);
    expect(differing(bitsOf(hash(0)), bitsOf(hash(64)))).toBe(64);
  });

  it('make groups of pictures that look the same, in order', () => {
    const pictures = [
      { name: 'a', hash: hash(0) },
      { name: 'b', hash: hash(40) },
      { name: 'c', hash: hash(7) },
      { name: 'd', hash: hash(32) },
      { name: 'e', hash: hash(41) },
    ];
    expect(nearDuplicates(pictures)).toEqual([
      ['a', 'c'],
      ['b', 'e'],
    ]);
  });
});
