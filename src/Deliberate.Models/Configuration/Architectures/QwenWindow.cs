using System.Text.Json;

namespace Deliberate.Models;

/// <summary>
/// Qwen's sliding window: in force only where <c>use_sliding_window</c> is true, in the layers that <c>layer_types</c> names or,
/// without that list, from layer <c>max_window_layers</c> on. Published configurations carry a window that is switched off.
/// </summary>
internal static class QwenWindow
{
    public static (int? Window, ValueList<int> Layers) Read(JsonField fields, int layerCount)
    {
        if (!fields["use_sliding_window"].Flag(false) || fields["sliding_window"].IsAbsent) return (null, []);
        var window = fields["sliding_window"].Int(1, 1 << 30);
        var layers = LayerTypes.Read(fields, layerCount) ?? LayerTypes.Of(Enumerable.Range(0, layerCount).Skip(fields["max_window_layers"].Int(0, 1 << 20, 28)));
        return layers.Count == 0 ? (null, []) : (window, layers);
    }

    public static void Write(Utf8JsonWriter json, ModelConfiguration configuration)
    {
        json.WriteBoolean("use_sliding_window", configuration.SlidingWindow is not null);
        if (configuration.SlidingWindow is not { } window)
        {
            json.WriteNull("sliding_window");
            return;
        }

        json.WriteNumber("sliding_window", window);
        LayerTypes.Write(json, configuration);
    }
}
