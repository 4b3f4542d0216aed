/** The network door with somebody beside it who notes the answers. */
import type { Clock, Http, HttpResponse } from '../../core/ports.ts';

export interface SeenAnswer {
  readonly response: HttpResponse;
  /** Milliseconds since the epoch: before it was asked for, and when it was there. */
  readonly sent: number;
  readonly received: number;
}

export interface WatchedHttp extends Http {
  readonly answers: readonly SeenAnswer[];
}

export function watched(http: Http, clock: Clock): WatchedHttp {
  const answers: SeenAnswer[] = [];
  return {
    answers,
    async send(request) {
      const sent = clock.now();
      const response = await http.send(request);
      answers.push({ response, sent, received: clock.now() });
      return response;
    },
  };
}
