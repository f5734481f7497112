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
        var types = fields["layer_types"].Strings();
        var layers = new List<int>();
        if (types.Count > 0)
        {
            if (types.Count != layerCount) throw fields["layer_types"].Error($"has {types.Count} entries for {layerCount} layers.");
            for (var i = 0; i < layerCount; i++)
            {
                if (types[i] == "sliding_attention") layers.Add(i);
                else if (types[i] != "full_attention") throw fields["layer_types"].Error($"'{types[i]}' is neither full_attention nor sliding_attention.");
            }
        }
        else
        {
            for (var i = fields["max_window_layers"].Int(0, 1 << 20, 28); i < layerCount; i++) layers.Add(i);
        }

        return layers.Count == 0 ? (null, []) : (window, new ValueList<int>(layers.ToArray()));
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
        json.WriteStartArray("layer_types");
        for (var i = 0; i < configuration.LayerCount; i++) json.WriteStringValue(configuration.Slides(i) ? "sliding_attention" : "full_attention");
        json.WriteEndArray();
    }
}
