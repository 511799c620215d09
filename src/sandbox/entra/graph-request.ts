/** A call to Graph as it arrived. */
export interface GraphRequest {
  readonly method: string;
  readonly url: URL;
  readonly authorization: string | undefined;
  readonly body: string;
}

export const graphPrefix = '/v1.0';
