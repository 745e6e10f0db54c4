/** Where a head looks, guessed from the 68 landmarks of a face. Pure. */
import type { Pose } from './embedder.ts';

/** A landmark in pixels; `y` grows downwards. */
export interface Point {
  x: number;
  y: number;
}

/** Of the 68 (iBUG 300-W): the ends of the jaw, the tip of the nose, the corners of eyes and mouth. */
const JAW = [0, 16] as const;
const NOSE_TIP = 30;
const LEFT_EYE = [36, 39] as const;
const RIGHT_EYE = [42, 45] as const;
const MOUTH = [48, 54] as const;
/** Where the tip of the nose is between eyes (0) and mouth (1) of a face that looks straight ahead. */
const NOSE_AHEAD = 0.62;
const DEGREES = 180 / Math.PI;

/** Guesses the pose of a face. @param landmarks 68 points. @throws {RangeError} for fewer. */
export function poseOf(landmarks: readonly Point[]): Pose {
  const at = (index: number): Point => {
    const point = landmarks[index];
    if (!point) throw new RangeError(`68 landmarks make a face, got ${landmarks.length}`);
    return point;
  };
  const middle = ([a, b]: readonly [number, number]): Point => between(at(a), at(b));
  const [left, right] = [middle(LEFT_EYE), middle(RIGHT_EYE)];
  const roll = Math.atan2(right.y - left.y, right.x - left.x);
  const level = (point: Point): Point => turned(point, -roll);
  const [jawLeft, jawRight, nose] = [level(at(JAW[0])), level(at(JAW[1])), level(at(NOSE_TIP))];
  const eyes = level(between(left, right));
  const mouth = level(middle(MOUTH));
  const across = (nose.x - jawLeft.x) / (jawRight.x - jawLeft.x || 1);
  const down = (nose.y - eyes.y) / (mouth.y - eyes.y || 1);
  return {
    yaw: Math.asin(clamped(2 * across - 1)) * DEGREES,
    pitch: Math.asin(clamped(down - NOSE_AHEAD)) * DEGREES,
    roll: roll * DEGREES,
  };
}

/**
 * How varied the poses are: the root mean square of their distance to the mean pose, over yaw and pitch, in degrees.
 * 0 for copies; undefined for fewer than two.
 */
export function spreadOf(poses: readonly Pose[]): number | undefined {
  if (poses.length < 2) return undefined;
  const mean = (pick: (pose: Pose) => number) => poses.reduce((sum, pose) => sum + pick(pose), 0) / poses.length;
  const yaw = mean((pose) => pose.yaw);
  const pitch = mean((pose) => pose.pitch);
  return Math.sqrt(mean((pose) => (pose.yaw - yaw) ** 2 + (pose.pitch - pitch) ** 2));
}

function between(a: Point, b: Point): Point {
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
}

function turned({ x, y }: Point, angle: number): Point {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return { x: x * cos - y * sin, y: x * sin + y * cos };
}

function clamped(value: number): number {
  return Math.min(1, Math.max(-1, value));
}
