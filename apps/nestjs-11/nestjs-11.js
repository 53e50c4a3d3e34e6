// Each as a test's mock of the package that it names.
export * as common from '@nestjs/common';
export * as core from '@nestjs/core';
export * as microservices from '@nestjs/microservices';
