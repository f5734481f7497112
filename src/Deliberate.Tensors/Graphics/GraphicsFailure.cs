using Deliberate.Core;

namespace Deliberate.Tensors;

/// <summary>
/// What a driver threw, as something that its user can mend. Known by name, so that asking loads nothing of ILGPU where no card is used.
/// </summary>
internal static class GraphicsFailure
{
    private const string OfDriver = "ILGPU.Runtime.AcceleratorException", OfCompiler = "ILGPU.InternalCompilerException";

    /// <returns>Null where it came from no driver.</returns>
    public static UserError? Of(Exception error)
    {
        for (var cause = error; cause is not null; cause = cause.InnerException)
        {
            for (var type = cause.GetType(); type is not null; type = type.BaseType)
            {
                if (type.FullName == OfDriver)
                    return new UserError($"the graphics card stopped answering: {cause.Message.TrimEnd('.')}.", field: "device", advice: "It was taken away, reset, or its driver was. A run goes on from its last checkpoint: deliberate resume RUN, on the processor with --device cpu.", inner: error);
                if (type.FullName == OfCompiler)
                    return new UserError($"the graphics card's driver does not compile what runs on it: {cause.GetBaseException().Message.TrimEnd('.')}.", field: "device", advice: "Renew the driver, or use the processor: --device cpu.", inner: error);
            }
        }

        return null;
    }
}
