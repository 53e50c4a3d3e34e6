"""Calls a unary method without credentials, or with those given, and prints its refusal as JSON.

    refusal.py 127.0.0.1:PORT /pkg.Service/Method [authorization]

Needs grpcio alone: google.rpc.Status is read field by field, since protobuf may not be installed.
"""

import json
import sys

import grpc


def fields(data):
    """The fields of a message by number: whole numbers, and bytes."""
    found, at = {}, 0

    def varint():
        nonlocal at
        value, shift = 0, 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(data):
        number, wire_type = divmod(varint(), 8)
        if wire_type == 0:
            value = varint()
        elif wire_type == 2:
            length = varint()
            value, at = data[at : at + length], at + length
        else:
            raise ValueError(f"wire type {wire_type}")
        found.setdefault(number, []).append(value)
    return found


def text(message, number):
    return message.get(number, [b""])[0].decode()


def read_details(data):
    """google.rpc.Status: code 1, message 2, details 3 (Any: type_url 1, value 2)."""
    status = fields(data)
    read = {"code": status[1][0], "message": text(status, 2)}
    for packed in status.get(3, []):
        detail = fields(packed)
        value = fields(detail[2][0])
        kind = text(detail, 1).rpartition("/")[2]
        if kind == "google.rpc.ErrorInfo":
            read["reason"], read["domain"] = text(value, 1), text(value, 2)
        if kind == "google.rpc.RetryInfo":
            delay = fields(value[1][0])
            read["retrySeconds"] = delay.get(1, [0])[0] + delay.get(2, [0])[0] / 1e9
    return read


def main(address, path, *authorization):
    metadata = [("authorization", value) for value in authorization]
    with grpc.insecure_channel(address) as channel:
        call = channel.unary_unary(path)
        try:
            call(b"hello", metadata=metadata, timeout=10)
        except grpc.RpcError as error:
            trailers = dict(error.trailing_metadata())
            return {
                "code": error.code().name,
                "details": error.details(),
                "challenge": trailers.get("www-authenticate"),
                "status": read_details(trailers["grpc-status-details-bin"]),
            }
    return {"code": "OK"}


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
