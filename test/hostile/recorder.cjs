/** Comes with --require before the program: writes down what it connects to, and at its end what it took. */
const { appendFileSync } = require('node:fs');
const { Socket } = require('node:net');

const path = process.env.HOSTILE_RECORD;
const note = (line) => {
  try {
    if (path !== undefined) appendFileSync(path, `${JSON.stringify(line)}\n`);
  } catch {
    // the row took the disk away
  }
};
const connect = Socket.prototype.connect;
Socket.prototype.connect = function (...parameters) {
  const [first, second] = Array.isArray(parameters[0]) ? parameters[0] : parameters;
  const { host = 'localhost', port, path: pipe } = typeof first === 'object' && first !== null ? first : { host: second, port: first };
  if (pipe === undefined || port !== undefined) note({ host, port: Number(port), secure: this.encrypted === true });
  return connect.apply(this, parameters);
};
process.on('exit', () => {
  const { maxRSS, systemCPUTime, userCPUTime } = process.resourceUsage();
  note({ rss: maxRSS, cpu: (systemCPUTime + userCPUTime) / 1000 });
});
