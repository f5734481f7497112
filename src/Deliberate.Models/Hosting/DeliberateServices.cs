using Deliberate.Core;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace Deliberate.Models;

/// <summary>Models among an application's services.</summary>
public static class DeliberateServices
{
    /// <summary>
    /// Adds a model and its chat client, one of each for the whole application: <see cref="TextModel"/> and <see cref="IChatClient"/>. The
    /// model is read into memory when the first of them is asked for, and freed with the application.
    /// </summary>
    /// <param name="services">To add to.</param>
    /// <param name="path">A folder, or a .gguf or .safetensors file.</param>
    /// <param name="storage">How weights are held.</param>
    /// <param name="hosting">How many callers are answered at once, and with how much memory; the defaults if left out.</param>
    /// <returns>The services.</returns>
    /// <exception cref="UserError">When it is asked for: there is no such model, or it does not fit; of the chat client, that it was not trained on conversations.</exception>
    public static IServiceCollection AddDeliberate(this IServiceCollection services, string path, Tensors.WeightStorage storage = Tensors.WeightStorage.F32, ModelHostOptions? hosting = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(path);
        hosting?.Check();
        return services.AddSingleton(_ => TextModel.Open(path, storage, hosting: hosting)).AddSingleton(provider => provider.GetRequiredService<TextModel>().AsChatClient());
    }

    /// <summary>The same by a name, for applications with several models.</summary>
    /// <param name="services">To add to.</param>
    /// <param name="name">The key of both services.</param>
    /// <param name="path">A folder, or a .gguf or .safetensors file.</param>
    /// <param name="storage">How weights are held.</param>
    /// <param name="hosting">How many callers are answered at once, and with how much memory; the defaults if left out.</param>
    /// <inheritdoc cref="AddDeliberate(IServiceCollection, string, Tensors.WeightStorage, ModelHostOptions?)"/>
    public static IServiceCollection AddKeyedDeliberate(this IServiceCollection services, string name, string path, Tensors.WeightStorage storage = Tensors.WeightStorage.F32, ModelHostOptions? hosting = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentException.ThrowIfNullOrEmpty(path);
        hosting?.Check();
        return services.AddKeyedSingleton(name, (_, _) => TextModel.Open(path, storage, hosting: hosting)).AddKeyedSingleton(name, (provider, _) => provider.GetRequiredKeyedService<TextModel>(name).AsChatClient());
    }
}
