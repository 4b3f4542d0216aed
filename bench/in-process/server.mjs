/** A token endpoint that costs next to nothing, in a process of its own so that its CPU time is not counted. `node server.mjs DELAY` prints its issuer. */
import { createServer } from 'node:http';

const delay = Number(process.argv[2]);
const token = JSON.stringify({ access_token: 'opaque', token_type: 'Bearer', expires_in: 3600 });
let requests = 0;

const server = createServer((request, response) => {
  const answer = (text) => response.writeHead(200, { 'content-type': 'application/json', 'content-length': text.length }).end(text);
  request.resume().on('end', () => {
    const issuer = `http://127.0.0.1:${server.address().port}`;
    if (request.url === '/requests') answer(JSON.stringify({ requests }));
    else if (request.method === 'GET') answer(JSON.stringify({ issuer, token_endpoint: `${issuer}/token` }));
    else {
      requests += 1;
      setTimeout(answer, delay, token);
    }
  });
});
server.listen(0, '127.0.0.1', () => process.send(`http://127.0.0.1:${server.address().port}`));
process.on('disconnect', () => process.exit());
