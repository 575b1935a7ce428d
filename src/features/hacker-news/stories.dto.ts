import { Type } from 'class-transformer';
import { ValidateNested } from 'class-validator';
import { StoryDto } from './story.dto.js';

export class StoriesDto {
  @ValidateNested({ each: true })
  @Type(() => StoryDto)
  readonly stories!: StoryDto[];
}
