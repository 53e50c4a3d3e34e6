export * as common from '@nestjs/common';
export * as core from '@nestjs/core';
export * as microservices from '@nestjs/microservices';
