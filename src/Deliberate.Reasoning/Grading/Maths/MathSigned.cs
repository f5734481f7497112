namespace Deliberate.Reasoning;

/// <summary>Expressions with plus or minus in them, which are two values at once.</summary>
internal static class MathSigned
{
    /// <summary>Whether a sign of plus or minus stands in it.</summary>
    public static bool HasTwo(MathNode node) => node switch
    {
        CallNode { Function: "pm" or "mp" } => true,
        CallNode call => Array.Exists(call.Arguments, HasTwo),
        QuantityNode quantity => HasTwo(quantity.Value),
        RelationNode { Operators: ["="] } relation => Array.Exists(relation.Sides, HasTwo),
        GroupNode group => Array.Exists(group.Items, HasTwo),
        _ => false,
    };

    /// <summary>One of the two.</summary>
    public static MathNode Of(MathNode node, bool minus) => node switch
    {
        CallNode { Function: "pm" or "mp" } call => (call.Arguments.Length, (call.Function == "pm") != minus) switch
        {
            (1, true) => Of(call.Arguments[0], minus),
            (1, false) => new CallNode("neg", Of(call.Arguments[0], minus)),
            (_, true) => new CallNode("add", Of(call.Arguments[0], minus), Of(call.Arguments[1], minus)),
            _ => new CallNode("sub", Of(call.Arguments[0], minus), Of(call.Arguments[1], minus)),
        },
        CallNode call => new CallNode(call.Function, Array.ConvertAll(call.Arguments, argument => Of(argument, minus))),
        QuantityNode quantity => quantity with { Value = Of(quantity.Value, minus) },
        RelationNode relation => new RelationNode(Array.ConvertAll(relation.Sides, side => Of(side, minus)), relation.Operators),
        GroupNode group => new GroupNode(group.Open, group.Close, Array.ConvertAll(group.Items, item => Of(item, minus))),
        _ => node,
    };
}
