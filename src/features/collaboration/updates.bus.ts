import { Injectable } from '@nestjs/common';
import { filter, map, Subject, type Observable } from 'rxjs';
import type { UpdateDto } from './update.dto.js';

/** Publishes updates within this process, separately for each tenant. */
@Injectable()
export class UpdatesBus {
  private readonly updates$ = new Subject<{ readonly tenant?: string; readonly update: UpdateDto }>();

  publish(tenant: string | undefined, update: UpdateDto): void {
    this.updates$.next({ tenant, update });
  }

  /** @param tenant undefined for principals without a tenant */
  of(tenant: string | undefined): Observable<UpdateDto> {
    return this.updates$.pipe(
      filter((published) => published.tenant === tenant),
      map(({ update }) => update),
    );
  }
}
