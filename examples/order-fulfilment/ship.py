def handler(order, context):
    return {"number": f"parcel-{order['product']}-{order['count']}"}
