import { Type } from 'class-transformer';
import { ValidateNested } from 'class-validator';
import { UpdateDto } from './update.dto.js';

export class ReceivedUpdatesDto {
  @ValidateNested({ each: true })
  @Type(() => UpdateDto)
  readonly updates!: UpdateDto[];
}
