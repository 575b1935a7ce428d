import { IsString } from 'class-validator';

export class EchoDto {
  @IsString()
  readonly message!: string;
}
