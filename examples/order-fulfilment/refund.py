def handler(charge, context):
    print(f"gives {charge['amount']} back to {charge['card']}")
    return {"refunded": charge["amount"]}
