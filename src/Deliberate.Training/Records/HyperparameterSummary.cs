using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>
/// What TensorBoard's HPARAMS page reads of a run, as its plugin stores it (plugin_data.proto, api.proto, summary.proto): values of a summary
/// under reserved tags, whose metadata name the plugin and carry its message. A session, which is a run, begins with its
/// hyperparameters and ends with a status; the page finds the metrics among the scalars beside them. Numbers and switches keep their type; settings
/// that are null are left out, which the page shows as empty.
/// </summary>
internal static class HyperparameterSummary
{
    private const int StatusSuccess = 1, DataClassTensor = 2, TypeFloat = 1;

    /// <summary>A session that begins.</summary>
    public static ProtoMessage Start(IEnumerable<(string Key, object? Value)> settings, double seconds)
    {
        var info = new ProtoMessage();
        foreach (var (key, value) in settings)
            if (value is not null) info.Message(1, new ProtoMessage().Text(1, key).Message(2, Value(value)));
        return Summary("_hparams_/session_start_info", new ProtoMessage().Message(3, info.Double(5, seconds)));
    }

    /// <summary>A session that came to its end.</summary>
    public static ProtoMessage End(double seconds) =>
        Summary("_hparams_/session_end_info", new ProtoMessage().Message(4, new ProtoMessage().Number(1, StatusSuccess).Double(2, seconds)));

    /// <summary>google.protobuf.Value: number 2, text 3, switch 4.</summary>
    private static ProtoMessage Value(object value) => value switch
    {
        bool flag => new ProtoMessage().Flag(4, flag),
        string text => new ProtoMessage().Text(3, text),
        Enum name => new ProtoMessage().Text(3, RecipeWriter.Scalar(name)),
        _ => new ProtoMessage().Double(2, Convert.ToDouble(value, System.Globalization.CultureInfo.InvariantCulture)),
    };

    /// <summary>A value of a summary: tag 1, tensor 8, metadata 9. The plugin reads its metadata; the tensor, a zero, is there because a value must have one.</summary>
    private static ProtoMessage Summary(string tag, ProtoMessage content)
    {
        var plugin = new ProtoMessage().Text(1, "hparams").Message(2, content);
        var shape = new ProtoMessage().Message(2, new ProtoMessage().Number(1, 1));
        return new ProtoMessage().Text(1, tag)
            .Message(8, new ProtoMessage().Number(1, TypeFloat).Message(2, shape).Float(5, 0))
            .Message(9, new ProtoMessage().Message(1, plugin).Number(4, DataClassTensor));
    }
}
