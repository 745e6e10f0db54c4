/**
 * For `NODE_OPTIONS=--import`: SQLite waits 50 ms for a lock, and a clock that runs 60 times as fast makes these three
 * seconds. A test sees a whole wait for a lock without waiting half a minute for it.
 */
import Sqlite from 'better-sqlite3';

const { prepare } = Sqlite.prototype;
const short = new WeakSet<Sqlite.Database>();
Sqlite.prototype.prepare = function (this: Sqlite.Database, source: string) {
  if (!short.has(this)) {
    short.add(this);
    this.pragma('busy_timeout = 50');
  }
  return prepare.call(this, source) as never;
};

const realNow = performance.now.bind(performance);
performance.now = () => realNow() * 60;
